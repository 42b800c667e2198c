import type { UserId } from '../domain/ids.ts';

/** Lists of an app that may grow long. An entry may have an end; then it is not listed any more. */
export type AppList = 'rooms' | 'muted-rooms' | 'muted-users' | 'blocked-users';
export interface ListEntry {
  readonly entry: string;
  /** 0 = without end. */
  readonly untilMs: number;
}

/** Sets with a limit, each on one row. */
export type AppSet =
  | 'kept-rooms'
  | 'low-priority-types'
  | 'allowlisted-types'
  | 'real-time-walk'
  | `blacklist#${UserId}`
  | `tags#${UserId}`;

/** An app's lists and sets. */
export interface Lists {
  addToList(list: AppList, entries: readonly ListEntry[]): Promise<void>;
  removeFromList(list: AppList, entries: readonly string[]): Promise<void>;
  /** In the order of the entries, those after one ('' = from the first); those whose end is over are left out. */
  readList(list: AppList, afterEntry: string, limit: number, nowMs: number): Promise<readonly ListEntry[]>;

  readSet(set: AppSet): Promise<readonly string[]>;
  /** All or none; 'full' = they would be more than `limit`. */
  addToSet(set: AppSet, entries: readonly string[], limit: number): Promise<'added' | 'full'>;
  /** Which of them were in it. */
  removeFromSet(set: AppSet, entries: readonly string[]): Promise<readonly string[]>;
}
