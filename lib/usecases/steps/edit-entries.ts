import { removeEntries, setEntries } from '../../domain/entries.ts';
import type { Outcome } from '../../domain/outcome.ts';
import type { Room } from '../../domain/room.ts';
import type { UserId } from '../../protocol/ids.ts';
import type { Deps } from '../deps.ts';
import { changeEntries, type EntriesDone, type Permit } from './change-entries.ts';

export interface EntriesToSet {
  readonly userId: UserId;
  /** Values by key. */
  readonly entries: ReadonlyMap<string, string>;
  /** Removes them when the user's membership ends. */
  readonly autoDelete: boolean;
  /** Also those that another user has set. */
  readonly overwrite: boolean;
}
export interface EntriesToRemove {
  readonly userId: UserId;
  readonly keys: readonly string[];
  /** Also those that another user has set. */
  readonly force: boolean;
}
/** Like setRoomEntries, in a room that the caller has read. */
export function setEntriesIn<T = never>(
  deps: Deps,
  room: Room,
  request: EntriesToSet,
  permit?: Permit<T>,
): Promise<Outcome<EntriesDone> | T> {
  const { userId, entries, autoDelete, overwrite } = request;
  const setAtMs = deps.now();
  const newEntries = () =>
    new Map([...entries.keys()].map((key) => [key, { version: deps.randomId(), userId, autoDelete, setAtMs }]));
  return changeEntries(deps, room, {
    operation: 'set',
    decide: (index) => setEntries(index, newEntries(), overwrite, deps.settings.maxEntriesPerRoom),
    valueOf: (key) => entries.get(key) ?? '',
    permit,
  });
}
/** Like removeRoomEntries, in a room that the caller has read. */
export function removeEntriesIn<T = never>(
  deps: Deps,
  room: Room,
  request: EntriesToRemove,
  permit?: Permit<T>,
): Promise<Outcome<EntriesDone> | T> {
  const { userId, keys, force } = request;
  return changeEntries(deps, room, {
    operation: 'remove',
    decide: (index) => removeEntries(index, keys, userId, force),
    valueOf: () => '',
    permit,
  });
}
