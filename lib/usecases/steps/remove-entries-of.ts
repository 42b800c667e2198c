import { autoDeletedKeys, type EntryChange, type EntryIndex, removeEntries } from '../../domain/entries.ts';
import { currentMember } from '../../domain/member.ts';
import type { Room } from '../../domain/room.ts';
import type { UserId } from '../../protocol/ids.ts';
import type { Deps } from '../deps.ts';
import { changeEntries } from './change-entries.ts';

/** Removes the entries that end with this user's membership, which has ended. */
export async function removeEntriesOf(deps: Deps, room: Room, user: UserId): Promise<void> {
  await changeEntries(deps, room, {
    operation: 'remove',
    decide: (index) => withoutEntriesOf(deps, index, user),
    valueOf: () => '',
  });
}

async function withoutEntriesOf(deps: Deps, index: EntryIndex, user: UserId): Promise<EntryChange> {
  const keys = autoDeletedKeys(index, user);
  if (keys.length === 0) return { done: [], faults: {} };
  const row = await deps.store.getMember(index.roomId, user);
  const member = currentMember(row, index.roomId, user, index.roomEpoch);
  // The user may have joined again by now: what they have set since stays.
  const sinceMs = member.membershipId === undefined ? Number.POSITIVE_INFINITY : member.joinedAtMs;
  const over = keys.filter((key) => (index.entries[key]?.setAtMs ?? 0) < sinceMs);
  return removeEntries(index, over, user, false);
}
