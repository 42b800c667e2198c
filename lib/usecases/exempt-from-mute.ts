import { isLive, type Room } from '../domain/room.ts';
import type { RoomId, UserId } from '../protocol/ids.ts';
import type { Deps } from './deps.ts';
import { changeMember, rowsOf } from './steps/change-member.ts';

/** These users may talk while the room is muted, and while they are in it. False = no such room. */
export async function exemptFromMute(deps: Deps, roomId: RoomId, users: readonly UserId[]): Promise<boolean> {
  const room = await deps.store.getRoom(roomId);
  if (!isLive(room)) return false;
  await setExemption(deps, room, users, true);
  return true;
}

/** False = no such room. */
export async function endExemption(deps: Deps, roomId: RoomId, users: readonly UserId[]): Promise<boolean> {
  const room = await deps.store.getRoom(roomId);
  if (!isLive(room)) return false;
  await setExemption(deps, room, users, false);
  // A send that was checked while he was exempt now fails and is decided anew.
  return (await deps.store.bumpSendPermissionVersion(roomId, room.epoch)) !== undefined;
}

async function setExemption(deps: Deps, room: Room, users: readonly UserId[], muteExempt: boolean): Promise<void> {
  for (const user of users) {
    await changeMember(deps, room, user, (member) =>
      member.muteExempt === muteExempt ? member : { ...member, muteExempt },
    );
  }
}

/** Undefined = no such room. */
export async function exemptUsers(deps: Deps, roomId: RoomId): Promise<readonly string[] | undefined> {
  const rows = await rowsOf(deps, roomId, (member) => member.muteExempt);
  return rows?.map((member) => member.userId);
}
