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

type LoginDecision =
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
