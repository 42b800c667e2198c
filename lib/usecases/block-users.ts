import { isEvicted } from '../domain/eviction.ts';
import { blocked, isBlocked } from '../domain/member.ts';
import { isRefused, type Outcome, refused } from '../domain/outcome.ts';
import { isLive, type Room } from '../domain/room.ts';
import type { RoomId, UserId } from '../protocol/ids.ts';
import type { Deps } from './deps.ts';
import { changeMember, type RestrictedInRoom, rowsOf } from './steps/change-member.ts';
import { decideOn, keptChanging } from './steps/decide-on.ts';
import { noteReason } from './steps/end-membership.ts';
import { rowInRoom } from './steps/row-in-room.ts';

/** BLOCK: removed at once, and joins are refused until `untilMs` (ms). The table's stream reports it. */
export async function blockUsers(
  deps: Deps,
  roomId: RoomId,
  users: readonly UserId[],
  untilMs: number,
): Promise<Outcome<'blocked'>> {
  const room = await deps.store.getRoom(roomId);
  if (!isLive(room)) return refused('no-such-room');
  for (const user of users) await blockOne(deps, room, user, untilMs);
  // I-B2: a send whose sender was checked before the block now fails and is decided again.
  const after = await deps.store.bumpSendPermissionVersion(roomId, room.epoch);
  return after === undefined ? refused('no-such-room') : 'blocked';
}

const blockOne = (deps: Deps, room: Room, user: UserId, untilMs: number): Promise<void> =>
  decideOn(
    deps,
    async () => {
      const row = await deps.store.getMember(room.roomId, user);
      const member = await rowInRoom(deps, room, user, row);
      if (member === undefined) return undefined;
      const reason = isEvicted(member, room, deps.settings) ? 'offline' : 'blocked';
      const next = blocked(member, untilMs, reason, deps.now());
      const event = member.membershipId === undefined ? undefined : reason;
      await noteReason(deps, member, reason);
      return (await deps.store.putMember(next, member.revision, event)) === 'conflict' ? 'conflict' : undefined;
    },
    keptChanging('block the user'),
  );

/** Lifts the block. That does not make the user a member (I-B4). */
export async function unblockUsers(
  deps: Deps,
  roomId: RoomId,
  users: readonly UserId[],
): Promise<Outcome<'unblocked'>> {
  const room = await deps.store.getRoom(roomId);
  if (!isLive(room)) return refused('no-such-room');
  for (const user of users) await unblockOne(deps, room, user);
  return 'unblocked';
}

const unblockOne = (deps: Deps, room: Room, user: UserId): Promise<void> =>
  changeMember(deps, room, user, (member) => (member.blockedUntilMs === 0 ? member : { ...member, blockedUntilMs: 0 }));

/** Who is blocked now, and until when (ms). */
export async function blockedUsers(deps: Deps, roomId: RoomId): Promise<Outcome<readonly RestrictedInRoom[]>> {
  const rows = await rowsOf(deps, roomId, (member) => isBlocked(member, deps.now()));
  return isRefused(rows) ? rows : rows.map(({ userId, blockedUntilMs }) => ({ userId, untilMs: blockedUntilMs }));
}
