import { isUserId, type UserId } from '../protocol/ids.ts';

/** Items of a list that is read by time: the sort key comes first, then the id, which has no '#'. */
const DIGITS = 15;
const LATEST = 10 ** DIGITS - 1;

const sortableNumber = (number: number): string =>
  `${Math.max(0, Math.min(Math.floor(number), LATEST))}`.padStart(DIGITS, '0');

/** Whatever is of a later time sorts before it. */
export const latestFirst = (atMs: number, id: string): string => `${sortableNumber(LATEST - atMs)}#${id}`;
/** Whatever is of an earlier time sorts before it. */
export const earliestFirst = (atMs: number, id: string): string => `${sortableNumber(atMs)}#${id}`;
/** All entries of `latestFirst` with a later time sort before this. */
export const latestUpTo = (atMs: number): string => sortableNumber(LATEST - Math.floor(atMs));

/** Whose entry it is; undefined where it names no user. */
export function userIn(entry: string): UserId | undefined {
  const id = entry.slice(DIGITS + 1);
  return isUserId(id) ? id : undefined;
}
