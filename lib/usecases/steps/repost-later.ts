import type { Room } from '../../domain/room.ts';
import type { ListedConnection } from '../../store/room-store.ts';
import type { Deps } from '../deps.ts';
import type { RepostJob } from './delivery-job.ts';

/** A job may have 256 KB. */
const CONNECTIONS_MAX = 500;

/** Has messages posted once more to connections whose posts have failed: they would learn of the gap only by the next one. */
export async function repostLater(
  deps: Deps,
  { roomId: room, epoch }: Room,
  failed: readonly ListedConnection[],
  range: Pick<RepostJob, 'afterSeq' | 'beforeSeq'>,
): Promise<void> {
  for (let from = 0; from < failed.length; from += CONNECTIONS_MAX) {
    const connections = failed.slice(from, from + CONNECTIONS_MAX);
    const job: RepostJob = { kind: 'repost', room, epoch, connections, ...range };
    await deps.doorbell.ring(job);
  }
}
