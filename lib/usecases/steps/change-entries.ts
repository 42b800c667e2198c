import type { EntryChange, EntryFault, EntryIndex } from '../../domain/entries.ts';
import { type Outcome, refused } from '../../domain/outcome.ts';
import { isLive, type Room } from '../../domain/room.ts';
import type { Deps } from '../deps.ts';
import { decideOn, keptChanging } from './decide-on.ts';
import { entryFrames } from './entry-frames.ts';
import { fanOut } from './fan-out.ts';

/** What was set or removed, by key, and why the rest was not. */
export interface EntriesDone {
  readonly done: readonly string[];
  readonly faults: Readonly<Record<string, EntryFault>>;
}

/** Called before the first write; any answer but 'taken' becomes the outcome. */
export type Permit<T> = () => Promise<'taken' | T>;

/** A change of a room's entries; `T`: why it is refused after all. */
export interface EntriesEdit<T = never> {
  readonly operation: 'set' | 'remove';
  /** Decides on the current index; called again if the index changes before the decision is written. */
  readonly decide: (index: EntryIndex) => EntryChange | Promise<EntryChange>;
  /** The value that a key is set to; '' where it is removed. */
  readonly valueOf: (key: string) => string;
  readonly permit?: Permit<T> | undefined;
}

/**
 * One conditional write of the index, so that no change of another caller is lost; then the room's members are
 * notified. Changes only the room that was read, and no new room that was created under its id since.
 */
export const changeEntries = <T = never>(
  deps: Deps,
  room: Room,
  edit: EntriesEdit<T>,
): Promise<Outcome<EntriesDone> | T> =>
  decideOn(deps, () => changeOnce(deps, room, edit), keptChanging('change the entries'));

async function changeOnce<T>(
  deps: Deps,
  room: Room,
  edit: EntriesEdit<T>,
): Promise<Outcome<EntriesDone> | T | 'conflict'> {
  const before = await deps.store.getEntryIndex(room.roomId, room.epoch);
  const { index, done, faults } = await edit.decide(before);
  if (index === undefined) return { done, faults };
  const permitted = (await edit.permit?.()) ?? 'taken';
  if (permitted !== 'taken') return permitted;
  const changed = new Map(done.map((key) => [key, edit.valueOf(key)]));
  const values = edit.operation === 'set' ? changed : new Map<string, string>();
  // Noted first, so that no join says that the room has no entries while it has some.
  const isNoted = room.hasEntries || (await deps.store.noteEntries(room.roomId, room.epoch)) !== undefined;
  if (!isNoted) return refused('no-such-room');
  if ((await deps.store.putEntryIndex(index, before, values)) === 'conflict') return 'conflict';
  if (!(await isStillThere(deps, room))) return refused('no-such-room');
  await notifyEntries(deps, room, index.revision, edit.operation, changed);
  return { done, faults };
}

/** Read again after the write: a destruction in between may have removed the room's entries before this write. */
async function isStillThere(deps: Deps, room: Room): Promise<boolean> {
  const now = await deps.store.getRoom(room.roomId);
  if (isLive(now) && now.epoch === room.epoch) return true;
  await deps.store.removeEntries(room.roomId, room.epoch);
  return false;
}

async function notifyEntries(
  deps: Deps,
  room: Room,
  revision: number,
  operation: 'set' | 'remove',
  changed: ReadonlyMap<string, string>,
): Promise<void> {
  try {
    for (const frame of entryFrames(room, revision, operation, changed)) await fanOut(deps, room, frame);
  } catch (fault) {
    // The change is durable: a client that misses its revision reads all entries again.
    deps.onFault('notify a change of entries', fault);
  }
}
