import type { EntryIndex } from '../../domain/entries.ts';
import type { Room } from '../../domain/room.ts';
import { frameBytes } from '../../protocol/frame-size.ts';
import type { Deps } from '../deps.ts';
import { decideOn, keptChanging } from './decide-on.ts';

/** Values may be 12 KB each, so a short page must not read all of them. */
const VALUES_AT_ONCE = 20;

export interface EntriesRead {
  readonly index: EntryIndex;
  /** The wanted ones that exist, in order. */
  readonly keys: readonly string[];
  /** The values of the first of these keys, or of all; by key. */
  readonly values: ReadonlyMap<string, string>;
}

/**
 * Reads the wanted entries as of one revision, in the order of their keys, as many as it takes to fill `bytesMax`.
 * A value never changes under its version, so after a change only new versions have to be read.
 */
export async function readEntries(
  deps: Deps,
  room: Room,
  isWanted: (key: string) => boolean,
  bytesMax: number,
): Promise<EntriesRead> {
  const known = new Map<string, string>();
  const read = async () => {
    const index = await deps.store.getEntryIndex(room.roomId, room.epoch);
    const keys = Object.keys(index.entries)
      .filter(isWanted)
      .sort((a, b) => (a < b ? -1 : 1));
    const values = await readValues(deps, index, keys, known, bytesMax);
    return values === undefined ? 'conflict' : { index, keys, values };
  };
  return decideOn<EntriesRead, never>(deps, read, keptChanging('read the entries'));
}

/** undefined = one was replaced in between. `known` values, by version, are not read again. */
async function readValues(
  deps: Deps,
  index: EntryIndex,
  keys: readonly string[],
  known: Map<string, string>,
  bytesMax: number,
): Promise<ReadonlyMap<string, string> | undefined> {
  const versionOf = (key: string) => index.entries[key]?.version ?? '';
  const values = new Map<string, string>();
  let bytes = 0;
  for (let from = 0; from < keys.length && bytes < bytesMax; from += VALUES_AT_ONCE) {
    const wanted = keys.slice(from, from + VALUES_AT_ONCE);
    const unknown = wanted.filter((key) => !known.has(versionOf(key)));
    if (unknown.length > 0) {
      for (const [key, value] of await deps.store.entryValues(index, unknown)) known.set(versionOf(key), value);
    }
    for (const key of wanted) {
      const value = known.get(versionOf(key));
      if (value === undefined) return undefined;
      values.set(key, value);
      bytes += frameBytes({ [key]: value });
    }
  }
  return values;
}
