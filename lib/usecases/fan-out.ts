import { isEvicted } from '../domain/eviction.ts';
import { inParallel } from '../domain/in-parallel.ts';
import type { Member } from '../domain/member.ts';
import type { Room } from '../domain/room.ts';
import type { ConnectionId, RoomId } from '../protocol/ids.ts';
import type { PushFrame } from '../protocol/push-frames.ts';
import type { Deps } from './deps.ts';
import { disconnectMember, type OwnConnection } from './drop-connection.ts';

/** Posts under way at once: enough to hide the latency, few enough not to be throttled at once. */
const POSTS_IN_FLIGHT = 64;

/** The rows of the room's present epoch, page by page: those of members, or also what only says that somebody is blocked. */
export async function* memberPages(
  deps: Deps,
  room: Room,
  which: 'members' | 'every row' = 'members',
): AsyncGenerator<readonly Member[]> {
  let cursor: string | undefined;
  do {
    const page = await deps.store.listMembers(room.roomId, cursor);
    yield page.members.filter(
      (member) => member.roomEpoch === room.epoch && (which === 'every row' || member.membershipId !== undefined),
    );
    cursor = page.cursor;
  } while (cursor !== undefined);
}

/** Who does not get it: the connection that has the answer instead, or a user altogether. */
export interface Excluded {
  readonly connectionId?: ConnectionId;
  readonly userId?: string;
}

/**
 * Posts a frame to every connection in the room but those excepted. Returns the members who are out by the rule: the rows that
 * the fan-out reads anyway show them. A connection that is found gone is marked in the same pass. `frame`: the same for all,
 * or as this user is to see it.
 */
export async function fanOut(
  deps: Deps,
  room: Room,
  frame: PushFrame | ((userId: string) => PushFrame),
  except?: Excluded,
): Promise<readonly Member[]> {
  const due: Member[] = [];
  const frameFor = typeof frame === 'function' ? frame : () => frame;
  for await (const members of memberPages(deps, room)) {
    const targets = members.flatMap((member) =>
      member.connections
        .filter((id) => id !== except?.connectionId && member.userId !== except?.userId)
        .map((id) => ({ userId: member.userId, connectionId: id, device: member.devices[id] ?? id })),
    );
    const gone: OwnConnection[] = [];
    await inParallel(targets, POSTS_IN_FLIGHT, async (target) => {
      if ((await deps.push.post(target.connectionId, frameFor(target.userId))) === 'gone') gone.push(target);
    });
    for (const target of gone) await dropGone(deps, room.roomId, target);
    due.push(...members.filter((member) => isEvicted(member, room, deps.settings)));
  }
  return due;
}

async function dropGone(deps: Deps, room: RoomId, target: OwnConnection): Promise<void> {
  try {
    await disconnectMember(deps, room, target, undefined);
  } catch (fault) {
    deps.onFault('drop a gone connection', fault);
  }
}
