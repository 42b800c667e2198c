import { inParallel } from '../../domain/in-parallel.ts';
import type { Member } from '../../domain/member.ts';
import type { Room } from '../../domain/room.ts';
import type { ConnectionId, RoomId } from '../../protocol/ids.ts';
import type { PushFrame } from '../../protocol/push-frames.ts';
import type { Deps } from '../deps.ts';
import { disconnectFromRooms } from './disconnect-from-rooms.ts';
import type { OwnConnection } from './disconnect-member.ts';

/** Posts under way at once: enough to hide the latency, few enough not to be throttled. */
const POSTS_IN_FLIGHT = 64;

/** Who does not get the frame: the connection that gets the answer instead, or a user on all connections. */
export interface Excluded {
  readonly connectionId?: ConnectionId;
  readonly userId?: string;
}

/** What members get: the same frame for all, or the frame as this user sees it. */
export interface Delivered {
  readonly frame: PushFrame | ((userId: string) => PushFrame);
  readonly except?: Excluded | undefined;
}

/** Delivers a frame to the connections of some members of a room: at once, or by a queue. It evicts nobody. */
export interface Delivery {
  toMembers(room: Room, members: readonly Member[], delivered: Delivered): Promise<void>;
}

/** Posts at once. A connection that turns out to be gone is closed in the same pass. */
export const postingDelivery = (deps: Deps): Delivery => ({
  toMembers: async (room, members, { frame, except }) => {
    const frameFor = typeof frame === 'function' ? frame : () => frame;
    const targets = members.flatMap((member) =>
      member.connections
        .filter((id) => id !== except?.connectionId && member.userId !== except?.userId)
        .map((id) => ({ userId: member.userId, connectionId: id, device: member.devices[id] ?? id })),
    );
    const gone: OwnConnection[] = [];
    await inParallel(targets, POSTS_IN_FLIGHT, async (target) => {
      if ((await deps.push.post(target.connectionId, frameFor(target.userId))) === 'gone') gone.push(target);
    });
    for (const target of gone) await closeGone(deps, room.roomId, target);
  },
});

/** The sweep does the rooms that are not done by then. */
const ROOMS_MS = 4_000;

/**
 * API Gateway has answered 410 for a connection. It may be wrong, and a client that only listens would never learn that
 * it was marked offline (I-M1): so the row and the socket are closed, and a client that is there reconnects and
 * resumes.
 */
async function closeGone(deps: Deps, room: RoomId, target: OwnConnection): Promise<void> {
  try {
    const closed = await deps.store.closeConnection(target, deps.now());
    await deps.push.close(target.connectionId);
    // This room first, also where the connection's row lacks it.
    const rooms = [...new Set([room, ...closed.rooms])];
    await disconnectFromRooms(deps, { ...closed, rooms }, deps.now() + ROOMS_MS);
  } catch (fault) {
    deps.onFault('close a connection that is gone', fault);
  }
}
