import { DAY_MS } from './time.ts';

/** A login on one device: from the app's `connect` to its `disconnect`. */
export interface Login {
  readonly loginId: string;
  /** When its first connection was opened. */
  readonly sinceMs: number;
  /** When it last opened a connection, to within a day. */
  readonly lastMs: number;
}

/** A device has at most this many logins: the oldest are forgotten. */
const LOGINS_MAX = 20;
/** Once a day, so that a connection that is renewed costs no write. */
const NOTED_EVERY_MS = DAY_MS;
/** A device that nobody has connected with for a week is forgotten. */
export const LOGINS_KEPT_MS = 7 * DAY_MS + NOTED_EVERY_MS;

type Start = Pick<Login, 'loginId' | 'sinceMs'>;

/** Logins that begin at the same time have an order too. */
export const isBefore = (one: Start, other: Start): boolean =>
  one.sinceMs === other.sinceMs ? one.loginId < other.loginId : one.sinceMs < other.sinceMs;

/** What the logins of one client have in common: all before the last `_`. Without one a login is a client of its own. */
export const runOf = (loginId: string): string => loginId.replace(/(?<!^)_[^_]*$/, '');

export const isOfOneRun = (one: string, other: string): boolean => runOf(one) === runOf(other);

export type LoginDecision =
  /** Another login has followed it. */
  | { readonly kind: 'followed' }
  /** It is the latest. `next`: what must be stored first, if anything. */
  | { readonly kind: 'latest'; readonly sinceMs: number; readonly next?: readonly Login[] };

/**
 * On one device the latest login stays. It is as old as its first connection, so neither a renewal nor a reconnect
 * makes it later, and one that another has followed is refused whenever it reconnects.
 */
export function decideLogin(logins: readonly Login[], loginId: string, openedAtMs: number): LoginDecision {
  const own = logins.find((login) => login.loginId === loginId);
  const { sinceMs, lastMs } = own ?? { sinceMs: openedAtMs, lastMs: Number.NEGATIVE_INFINITY };
  const others = logins.filter((login) => login !== own);
  if (others.some((other) => isBefore({ loginId, sinceMs }, other))) return { kind: 'followed' };
  if (openedAtMs - lastMs < NOTED_EVERY_MS) return { kind: 'latest', sinceMs };
  const next = [...others, { loginId, sinceMs, lastMs: openedAtMs }];
  return { kind: 'latest', sinceMs, next: next.slice(-LOGINS_MAX) };
}

/** Where a second login is refused: the login that was noted last has the device, whether it lives or not. */
export const holderOf = (logins: readonly Login[]): Login | undefined => logins.at(-1);

/**
 * Where a second login is refused, and none of another client lives: this one takes the device, and only the logins of
 * its own client are remembered, in the order that `decideLogin` gives them. `next` is always there: each connection is
 * noted, so that of two clients which take a device at once only one finds the row as it was.
 */
export function decideTake(logins: readonly Login[], loginId: string, openedAtMs: number): LoginDecision {
  const own = logins.filter((login) => isOfOneRun(login.loginId, loginId));
  const decided = decideLogin(own, loginId, openedAtMs);
  return decided.kind === 'followed' ? decided : { ...decided, next: decided.next ?? own };
}
