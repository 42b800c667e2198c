import { isUserId, type UserId } from '../protocol/ids.ts';

/** An item of a list that is read by time is `<sort key>#<id>`; the key has this many digits. */
const DIGITS = 15;
const LATEST = 10 ** DIGITS - 1;

const sortableNumber = (number: number): string =>
  `${Math.max(0, Math.min(Math.floor(number), LATEST))}`.padStart(DIGITS, '0');

/** Items with a later time sort before it. */
export const latestFirst = (atMs: number, id: string): string => `${sortableNumber(LATEST - atMs)}#${id}`;
/** Items with an earlier time sort before it. */
export const earliestFirst = (atMs: number, id: string): string => `${sortableNumber(atMs)}#${id}`;
/** A bound among items of `latestFirst`: only those with a later time sort before it. */
export const latestUpTo = (atMs: number): string => sortableNumber(LATEST - Math.floor(atMs));

/** The user whose item it is; undefined if it names none. */
export function userIn(item: string): UserId | undefined {
  const id = item.slice(DIGITS + 1);
  return isUserId(id) ? id : undefined;
}
