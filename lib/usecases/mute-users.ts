import { isMutedInRoom } from '../domain/member.ts';
import { isRefused, type Outcome, refused } from '../domain/outcome.ts';
import { isLive } from '../domain/room.ts';
import type { RoomId, UserId } from '../protocol/ids.ts';
import type { Deps } from './deps.ts';
import { changeMember, type RestrictedInRoom, rowsOf } from './steps/change-member.ts';

/** Mutes users in a room until `untilMs`, members or not; the last call counts. */
export async function muteUsers(
  deps: Deps,
  roomId: RoomId,
  users: readonly UserId[],
  untilMs: number,
): Promise<Outcome<'muted'>> {
  const room = await deps.store.getRoom(roomId);
  if (!isLive(room)) return refused('no-such-room');
  for (const user of users) {
    await changeMember(deps, room, user, (member) => ({ ...member, mutedUntilMs: untilMs }));
  }
  // A send whose sender was checked before the mute now fails and is decided again.
  const after = await deps.store.bumpSendPermissionVersion(roomId, room.epoch);
  return after === undefined ? refused('no-such-room') : 'muted';
}

export async function unmuteUsers(deps: Deps, roomId: RoomId, users: readonly UserId[]): Promise<Outcome<'unmuted'>> {
  const room = await deps.store.getRoom(roomId);
  if (!isLive(room)) return refused('no-such-room');
  for (const user of users) {
    await changeMember(deps, room, user, (member) =>
      member.mutedUntilMs === 0 ? member : { ...member, mutedUntilMs: 0 },
    );
  }
  return 'unmuted';
}

/** Who is muted in the room now, and until when (ms). */
export async function mutedUsers(deps: Deps, roomId: RoomId): Promise<Outcome<readonly RestrictedInRoom[]>> {
  const rows = await rowsOf(deps, roomId, (member) => isMutedInRoom(member, deps.now()));
  return isRefused(rows) ? rows : rows.map(({ userId, mutedUntilMs }) => ({ userId, untilMs: mutedUntilMs }));
}
