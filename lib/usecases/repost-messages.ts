import { isLive } from '../domain/room.ts';
import type { ListedConnection } from '../store/room-store.ts';
import type { Deps } from './deps.ts';
import type { RepostJob } from './steps/delivery-job.ts';
import { messageFrames } from './steps/message-frames.ts';
import { postFrames } from './steps/post-frames.ts';
import { readMessages } from './steps/read-messages.ts';

/** Before each attempt. Together they stay below the 10 s after which a blocked user gets nothing any more (I-B3). */
const PAUSES_MS = [500, 1_500, 4_000];
const MESSAGES_MAX = 200;

/** Posts messages again to connections whose posts have failed, as long as they are in the room. */
export async function repostMessages(deps: Deps, job: RepostJob): Promise<void> {
  let connections = job.connections;
  for (const pauseMs of PAUSES_MS) {
    if (connections.length === 0) return;
    await deps.sleep(pauseMs);
    const room = await deps.store.getRoom(job.room);
    if (!isLive(room) || room.epoch !== job.epoch || room.distributionStopped) return;
    const { afterSeq, beforeSeq } = job;
    const { messages } = await readMessages(deps, room, {
      ...{ afterSeq, beforeSeq, order: 'ascending', limit: MESSAGES_MAX },
    });
    connections = await postFrames(
      deps,
      job.room,
      await stillThere(deps, job, connections),
      messageFrames(room, messages),
    );
  }
}

async function stillThere(
  deps: Deps,
  { room, epoch }: RepostJob,
  connections: readonly ListedConnection[],
): Promise<readonly ListedConnection[]> {
  const rows = await deps.store.getMembers(room, [...new Set(connections.map(({ userId }) => userId))]);
  const there = new Set(rows.filter(({ roomEpoch }) => roomEpoch === epoch).flatMap((row) => row.connections));
  return connections.filter(({ connectionId }) => there.has(connectionId));
}
