import { inParallel } from '../../domain/in-parallel.ts';
import type { Member } from '../../domain/member.ts';
import type { Room } from '../../domain/room.ts';
import type { ConnectionId, RoomId } from '../../protocol/ids.ts';
import type { PushFrame } from '../../protocol/push-frames.ts';
import type { Deps } from '../deps.ts';
import { disconnectMember, type OwnConnection } from './disconnect-member.ts';

/** Posts under way at once: enough to hide the latency, few enough not to be throttled. */
const POSTS_IN_FLIGHT = 64;

/** Who does not get it: the connection that has the answer instead, or a user altogether. */
export interface Excluded {
  readonly connectionId?: ConnectionId;
  readonly userId?: string;
}

/** What members get: the same frame for all, or the frame as this user sees it. */
export interface Delivered {
  readonly frame: PushFrame | ((userId: string) => PushFrame);
  readonly except?: Excluded | undefined;
}

/** Brings a frame to the connections of some members of a room: at once, or by a queue. It evicts nobody. */
export interface Delivery {
  toMembers(room: Room, members: readonly Member[], delivered: Delivered): Promise<void>;
}

/** Posts at once. A connection that is found gone is marked in the same pass. */
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
    for (const target of gone) await markGone(deps, room.roomId, target);
  },
});

async function markGone(deps: Deps, room: RoomId, target: OwnConnection): Promise<void> {
  try {
    await disconnectMember(deps, room, target, undefined);
  } catch (fault) {
    deps.onFault('mark a connection that is gone', fault);
  }
}
