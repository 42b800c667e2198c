import { inParallel } from '../../domain/in-parallel.ts';
import type { Member } from '../../domain/member.ts';
import type { RoomId } from '../../protocol/ids.ts';
import type { PushFrame } from '../../protocol/push-frames.ts';
import type { ListedConnection } from '../../store/room-store.ts';
import type { Deps } from '../deps.ts';
import { armPresenceAfterEnd } from './arm-presence.ts';
import { disconnectFromRooms, ROOMS_MS } from './disconnect-from-rooms.ts';

/** Posts under way at once: enough to hide the latency, few enough not to be throttled. */
const POSTS_IN_FLIGHT = 128;
const CLOSES_IN_FLIGHT = 16;

/** The connections of these members. */
export const connectionsOf = (members: readonly Member[]): readonly ListedConnection[] =>
  members.flatMap(({ userId, connections, devices }) =>
    connections.map((connectionId) => ({ userId, connectionId, device: devices[connectionId] ?? connectionId })),
  );

/**
 * Posts frames to connections of a room, each connection's in order. One that turns out to be gone is closed in the same
 * pass. Returns those to which a post has failed: they may be there.
 */
export async function postFrames(
  deps: Deps,
  room: RoomId,
  targets: readonly ListedConnection[],
  framesFor: (userId: string) => readonly PushFrame[],
): Promise<readonly ListedConnection[]> {
  const gone: ListedConnection[] = [];
  const failed: ListedConnection[] = [];
  await inParallel(targets, POSTS_IN_FLIGHT, async (target) => {
    for (const frame of framesFor(target.userId)) {
      const result = await deps.push.post(target.connectionId, frame);
      if (result === 'ok') continue;
      (result === 'gone' ? gone : failed).push(target);
      return;
    }
  });
  await inParallel(gone, CLOSES_IN_FLIGHT, (target) => closeGone(deps, room, target));
  return failed;
}

/**
 * API Gateway has answered 410 for a connection. It may be wrong, and a client that only listens would never learn that
 * it was marked offline (I-M1): so the row and the socket are closed, and a client that is there reconnects and
 * resumes.
 */
async function closeGone(deps: Deps, room: RoomId, target: ListedConnection): Promise<void> {
  try {
    const closed = await deps.store.closeConnection(target, deps.now());
    await armPresenceAfterEnd(deps, target.userId, deps.now());
    await deps.push.close(target.connectionId);
    // This room first, also where the connection's row lacks it.
    const rooms = [...new Set([room, ...closed.rooms])];
    await disconnectFromRooms(deps, { ...closed, rooms }, deps.now() + ROOMS_MS);
  } catch (fault) {
    deps.onFault('close a connection that is gone', fault);
  }
}
