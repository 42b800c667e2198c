import { type EntryChange, type EntryIndex, removeEntries } from '../../domain/entries.ts';
import { isEvicted } from '../../domain/eviction.ts';
import { currentMember, isWorthKeeping, type Member } from '../../domain/member.ts';
import { isLive, type Room } from '../../domain/room.ts';
import type { RoomId, UserId } from '../../protocol/ids.ts';
import type { Deps } from '../deps.ts';
import { changeEntries } from './change-entries.ts';
import { decideOn, keptChanging } from './decide-on.ts';
import { endMembership, forgetRow } from './end-membership.ts';

/**
 * Removes a deleted user from one room: the membership ends as by a leave, and the user is taken off the allowlist, loses
 * the exemption and their entries. A block and a mute in the room stay until they expire. Idempotent. A user who was
 * created again and has joined since is a new user, who stays.
 */
export async function eraseFromRoom(deps: Deps, roomId: RoomId, user: UserId): Promise<void> {
  const row = await deps.store.getMember(roomId, user);
  // Read after the row, so a row of another epoch belongs to an older one.
  const room = await deps.store.getRoom(roomId);
  if (row !== undefined && row.roomEpoch !== room?.epoch) await forgetRow(deps, row);
  // The destruction of a room removes all that is in it.
  if (!isLive(room)) return;
  const erased = row === undefined ? 'nothing' : await eraseMember(deps, room, row);
  if (erased !== 'is-new' && Object.hasOwn(room.allowlistedSince, user))
    await deps.store.removeFromAllowlist(roomId, room.epoch, user);
  if (room.hasEntries) await eraseEntries(deps, room, user);
  // A send that was checked before now fails.
  if (erased === 'removed') await deps.store.bumpSendPermissionVersion(roomId, room.epoch);
}

/** The users among these who have a row, an entry or an allowlisting in the room; most rooms of a walk have none. */
export async function usersWithState(deps: Deps, roomId: RoomId, users: readonly UserId[]): Promise<readonly UserId[]> {
  const [room, rows] = await Promise.all([deps.store.getRoom(roomId), deps.store.getMembers(roomId, users)]);
  const found = new Set<string>(rows.map(({ userId }) => userId));
  if (isLive(room)) {
    for (const user of Object.keys(room.allowlistedSince)) found.add(user);
    const index = room.hasEntries ? await deps.store.getEntryIndex(roomId, room.epoch) : undefined;
    for (const { userId } of Object.values(index?.entries ?? {})) found.add(userId);
  }
  return users.filter((user) => found.has(user));
}

/**
 * When the user was created again; Infinity = never. No token is issued before the profile exists, so a call after a read
 * of the user's state says whether that state belongs to the deleted user.
 */
const createdAgainAt = async (deps: Deps, user: UserId): Promise<number> =>
  (await deps.store.getProfile(user))?.createdAtMs ?? Number.POSITIVE_INFINITY;

function eraseMember(deps: Deps, room: Room, read: Member): Promise<'removed' | 'nothing' | 'is-new'> {
  const user = read.userId;
  let row: Member | undefined = read;
  const erase = async () => {
    // A row of another epoch than the room's was written since: the room was created again.
    if (row === undefined || row.roomEpoch !== room.epoch) return 'nothing';
    const member = { ...currentMember(row, room.roomId, user, room.epoch), muteExempt: false };
    if (member.membershipId === undefined) {
      if (!row.muteExempt || (await putRest(deps, member))) return 'nothing';
    } else {
      if (member.joinedAtMs >= (await createdAgainAt(deps, user))) return 'is-new';
      if (await endMembership(deps, member, isEvicted(member, room, deps.settings) ? 'offline' : 'left'))
        return 'removed';
    }
    row = await deps.store.getMember(room.roomId, user);
    return 'conflict';
  };
  return decideOn<'removed' | 'nothing' | 'is-new', never>(deps, erase, keptChanging('remove the user from the room'));
}

/** false = the row has changed since. */
async function putRest(deps: Deps, member: Member): Promise<boolean> {
  const outcome = isWorthKeeping(member, deps.now())
    ? await deps.store.putMember(member, member.revision)
    : await deps.store.deleteMember(member);
  return outcome !== 'conflict';
}

/** Also the entries that outlive the membership: each of them has the user's id. */
async function eraseEntries(deps: Deps, room: Room, user: UserId): Promise<void> {
  await changeEntries(deps, room, {
    operation: 'remove',
    decide: (index) => withoutOwn(deps, index, user),
    valueOf: () => '',
  });
}

async function withoutOwn(deps: Deps, index: EntryIndex, user: UserId): Promise<EntryChange> {
  const own = Object.entries(index.entries).filter(([, { userId }]) => userId === user);
  if (own.length === 0) return { done: [], faults: {} };
  const beforeMs = await createdAgainAt(deps, user);
  const old = own.filter(([, { setAtMs }]) => setAtMs < beforeMs).map(([key]) => key);
  return removeEntries(index, old, user, false);
}
