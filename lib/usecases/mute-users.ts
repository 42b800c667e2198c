import { isMutedInRoom } from '../domain/member.ts';
import { isLive } from '../domain/room.ts';
import type { RoomId, UserId } from '../protocol/ids.ts';
import type { Deps } from './deps.ts';
import { changeMember, rowsOf } from './steps/change-member.ts';

/** Mutes users in a room until then (ms), members or not; the last call counts. False = no such room. */
export async function muteUsers(
  deps: Deps,
  roomId: RoomId,
  users: readonly UserId[],
  untilMs: number,
): Promise<boolean> {
  const room = await deps.store.getRoom(roomId);
  if (!isLive(room)) return false;
  for (const user of users) {
    await changeMember(deps, room, user, (member) => ({ ...member, mutedUntilMs: untilMs }));
  }
  // A send whose sender was checked before the mute now fails and is decided anew.
  return (await deps.store.bumpSendPermissionVersion(roomId, room.epoch)) !== undefined;
}

/** False = no such room. */
export async function unmuteUsers(deps: Deps, roomId: RoomId, users: readonly UserId[]): Promise<boolean> {
  const room = await deps.store.getRoom(roomId);
  if (!isLive(room)) return false;
  for (const user of users) {
    await changeMember(deps, room, user, (member) =>
      member.mutedUntilMs === 0 ? member : { ...member, mutedUntilMs: 0 },
    );
  }
  return true;
}

/** Who is muted in the room now, and until when (ms); undefined = no such room. */
export async function mutedUsers(
  deps: Deps,
  roomId: RoomId,
): Promise<readonly { readonly userId: string; readonly untilMs: number }[] | undefined> {
  const rows = await rowsOf(deps, roomId, (member) => isMutedInRoom(member, deps.now()));
  return rows?.map(({ userId, mutedUntilMs }) => ({ userId, untilMs: mutedUntilMs }));
}
