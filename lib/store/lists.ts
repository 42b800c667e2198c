import type { UserId } from '../protocol/ids.ts';

/** An app's lists that may grow long. An item may have an end, after which it is no longer listed. */
export type AppList =
  | 'rooms'
  | 'users'
  | 'muted-rooms'
  // The items of these begin with a time, so that they are read by time: see `time-sorted-item.ts`.
  | 'muted-users'
  | 'blocked-users'
  | 'deactivated-users';
export interface ListItem {
  readonly item: string;
  /** 0 = no end. */
  readonly untilMs: number;
}

/** Sets with a limit, each on one row. */
export type AppSet = 'kept-rooms' | 'low-priority-types' | 'allowlisted-types' | 'real-time-walk' | `tags#${UserId}`;

/** Sets that are read by the time at which their items were added. */
export type DatedSet = `blacklist#${UserId}`;
export interface DatedItem {
  readonly item: string;
  readonly sinceMs: number;
}

/** The part of a list to read. */
export interface ListRange {
  /** '' = from the first, or from the last if the order is descending. */
  readonly afterItem: string;
  readonly limit: number;
  readonly order?: 'descending' | undefined;
  /** Where the read ends, if the order is ascending. */
  readonly beforeItem?: string | undefined;
}

/** A page of a list, by its number: where it begins is noted when the page before it is read. */
export interface PageOfList {
  readonly list: AppList;
  readonly order: 'ascending' | 'descending';
  readonly size: number;
  readonly page: number;
}

/** An app's lists and sets. */
export interface Lists {
  addToList(list: AppList, items: readonly ListItem[]): Promise<void>;
  removeFromList(list: AppList, items: readonly string[]): Promise<void>;
  /** In the order of the items, without those whose end has passed. */
  readList(list: AppList, range: ListRange, nowMs: number): Promise<readonly ListItem[]>;
  /** Notes after which item the page begins, until `expiresAtMs`. */
  notePage(page: PageOfList, afterItem: string, expiresAtMs: number): Promise<void>;
  /** undefined = not noted, or expired. */
  startOfPage(page: PageOfList): Promise<string | undefined>;

  /** `eventual`: eventually consistent read. */
  readSet(set: AppSet, read?: 'consistent' | 'eventual'): Promise<readonly string[]>;
  /** All or none; 'full' = the set would have more than `limit` items. */
  addToSet(set: AppSet, items: readonly string[], limit: number): Promise<'added' | 'full'>;
  /** Returns those that were in the set. */
  removeFromSet(set: AppSet, items: readonly string[]): Promise<readonly string[]>;

  /** Newest first. */
  readDatedSet(set: DatedSet): Promise<readonly DatedItem[]>;
  /** All or none, at most 20; an item in the set keeps its time. 'full' = the set would have more than `limit`. */
  addToDatedSet(set: DatedSet, items: readonly string[], limit: number, nowMs: number): Promise<'added' | 'full'>;
  removeFromDatedSet(set: DatedSet, items: readonly string[]): Promise<void>;
  /** With all its items. */
  deleteSet(set: AppSet | DatedSet): Promise<void>;
}
