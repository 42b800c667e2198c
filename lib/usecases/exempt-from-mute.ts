import { isRefused, type Outcome, refused } from '../domain/outcome.ts';
import { isLive, type Room } from '../domain/room.ts';
import type { RoomId, UserId } from '../protocol/ids.ts';
import type { Deps } from './deps.ts';
import { changeMember, rowsOf } from './steps/change-member.ts';

/** Lets these users send while the room is muted, or while they are muted in it. */
export async function exemptFromMute(deps: Deps, roomId: RoomId, users: readonly UserId[]): Promise<Outcome<'exempt'>> {
  const room = await deps.store.getRoom(roomId);
  if (!isLive(room)) return refused('no-such-room');
  await setExemption(deps, room, users, true);
  return 'exempt';
}

export async function endExemption(deps: Deps, roomId: RoomId, users: readonly UserId[]): Promise<Outcome<'ended'>> {
  const room = await deps.store.getRoom(roomId);
  if (!isLive(room)) return refused('no-such-room');
  await setExemption(deps, room, users, false);
  // A send that was checked while its sender was exempt now fails and is decided again.
  const after = await deps.store.bumpSendPermissionVersion(roomId, room.epoch);
  return after === undefined ? refused('no-such-room') : 'ended';
}

async function setExemption(deps: Deps, room: Room, users: readonly UserId[], muteExempt: boolean): Promise<void> {
  for (const user of users) {
    await changeMember(deps, room, user, (member) =>
      member.muteExempt === muteExempt ? member : { ...member, muteExempt },
    );
  }
}

export async function exemptUsers(deps: Deps, roomId: RoomId): Promise<Outcome<readonly string[]>> {
  const rows = await rowsOf(deps, roomId, (member) => member.muteExempt);
  return isRefused(rows) ? rows : rows.map((member) => member.userId);
}
