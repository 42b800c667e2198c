import type { UserId } from '../protocol/ids.ts';

/** Lists of an app that may grow long. An entry may have an end; then it is not listed any more. */
export type AppList =
  | 'rooms'
  | 'users'
  | 'muted-rooms'
  // In these an entry names its place too, so that they are read by time: see `ranked-entry.ts`.
  | 'muted-users'
  | 'blocked-users'
  | 'deactivated-users';
export interface ListItem {
  readonly item: string;
  /** 0 = without end. */
  readonly untilMs: number;
}

/** Sets with a limit, each on one row. */
export type AppSet = 'kept-rooms' | 'low-priority-types' | 'allowlisted-types' | 'real-time-walk' | `tags#${UserId}`;

/** Sets whose entries are read by when they were put in. */
export type DatedSet = `blacklist#${UserId}`;
export interface DatedItem {
  readonly item: string;
  readonly sinceMs: number;
}

/** Which part of a list is read. */
export interface ListRange {
  /** '' = from the first, or from the last where the order is descending. */
  readonly afterItem: string;
  readonly limit: number;
  readonly order?: 'descending' | undefined;
  /** Ends there, where the order is ascending. */
  readonly beforeItem?: string | undefined;
}

/** A page of a list, by its number: where it begins is noted for who has read the page before it. */
export interface PageOfList {
  readonly list: AppList;
  readonly order: 'ascending' | 'descending';
  readonly size: number;
  readonly page: number;
}

/** An app's lists and sets. */
export interface Lists {
  addToList(list: AppList, entries: readonly ListItem[]): Promise<void>;
  removeFromList(list: AppList, entries: readonly string[]): Promise<void>;
  /** In the order of the entries; those whose end is over are left out. */
  readList(list: AppList, range: ListRange, nowMs: number): Promise<readonly ListItem[]>;
  /** Notes after which entry the page begins, until then (ms). */
  notePage(page: PageOfList, afterEntry: string, expiresAtMs: number): Promise<void>;
  /** undefined = it was not noted lately. */
  startOfPage(page: PageOfList): Promise<string | undefined>;

  readSet(set: AppSet): Promise<readonly string[]>;
  /** All or none; 'full' = they would be more than `limit`. */
  addToSet(set: AppSet, entries: readonly string[], limit: number): Promise<'added' | 'full'>;
  /** Which of them were in it. */
  removeFromSet(set: AppSet, entries: readonly string[]): Promise<readonly string[]>;

  /** The newest first. */
  readDatedSet(set: DatedSet): Promise<readonly DatedItem[]>;
  /** All or none, at most 20; what is in it keeps its time. 'full' = they would be more than `limit`. */
  addToDatedSet(set: DatedSet, entries: readonly string[], limit: number, nowMs: number): Promise<'added' | 'full'>;
  removeFromDatedSet(set: DatedSet, entries: readonly string[]): Promise<void>;
  /** With all that is in it. */
  deleteSet(set: AppSet | DatedSet): Promise<void>;
}
