import type { SettingOfAction, Settings } from './settings.ts';
import { MINUTE_MS, SECOND_MS } from './time.ts';

/** What a user may do at a limited rate, over however many connections and in however many rooms. */
export type LimitedAction = keyof SettingOfAction;

/** How much of each limit is used up: see `turnOf`. */
export type Turns = Readonly<Partial<Record<LimitedAction, number>>>;

const SETTING_OF: SettingOfAction = {
  join: 'joinsPerMinute',
  newRoom: 'newRoomsPerMinute',
  leave: 'leavesPerMinute',
  history: 'historyReadsPerMinute',
  repair: 'repairsPerMinute',
  entries: 'attributeChangesPerMinute',
  recall: 'recallsPerMinute',
  info: 'infoReadsPerMinute',
  signal: 'signalsPerSecond',
  ping: 'pingsPerMinute',
  connect: 'connectsPerMinute',
};

/** In how long the limit refills. */
export const refillMs = (action: LimitedAction): number => (action === 'signal' ? SECOND_MS : MINUTE_MS);

/** How many in that time; 0 = no limit. */
export const limitOf = (settings: Settings, action: LimitedAction): number => settings[SETTING_OF[action]];

/** The limit with this turn taken, or how long until there is one. */
type TurnDecision =
  | { readonly kind: 'turn'; readonly tatMs: number }
  | { readonly kind: 'wait'; readonly retryAfterMs: number };

/** How many turns there are, and in how long they refill. */
export interface TurnLimit {
  readonly turns: number;
  readonly refillMs: number;
}

/**
 * All turns may be used at once and are refilled evenly (GCRA): so all of a limit is one number, the time at which it
 * will be unused again. `cost`: how many turns at once; more than there are counts as all.
 */
export function turnOf(tatMs: number, limit: TurnLimit, cost: number, nowMs: number): TurnDecision {
  const everyMs = limit.refillMs / limit.turns;
  const nextMs = Math.max(tatMs, nowMs) + everyMs * Math.min(cost, limit.turns);
  const tooEarlyMs = nextMs - nowMs - limit.refillMs;
  // Allows half a turn too much, because sums of fractions are not exact.
  if (tooEarlyMs < everyMs / 2) return { kind: 'turn', tatMs: nextMs };
  return { kind: 'wait', retryAfterMs: Math.ceil(tooEarlyMs) };
}

/** The turns of which some is still used up. */
export const turnsInUse = (turns: Turns, nowMs: number): Turns =>
  Object.fromEntries(Object.entries(turns).filter(([, tatMs]) => tatMs > nowMs));

/** A message that a user has sent, or tried to. */
export interface SendMark {
  /** Which one: made of the room and the client message id. */
  readonly key: string;
  readonly atMs: number;
}

/** An attempt to send may be under way for this long: the Lambda's timeout, and a margin. */
export const SEND_KEPT_MS = 32_000;
/** A user has at most this many marks: the oldest are forgotten. */
const SENDS_MAX = 200;

/** No key of a message begins with it. */
const SPENT = '-';

/** The mark of a message that the app's hook has refused: it counts against the rate, and hinders no other attempt. */
export const spentMark = ({ key, atMs }: SendMark): SendMark => ({
  key: key.startsWith(SPENT) ? key : `${SPENT}${key}.${atMs.toString(36)}`,
  atMs,
});

const keptMs = ({ key }: SendMark): number => (key.startsWith(SPENT) ? SECOND_MS : SEND_KEPT_MS);

/** The marks with this one, or how long until there may be one more. `sends`: oldest first. */
type SendTurnDecision =
  | { readonly kind: 'turn'; readonly sends: readonly SendMark[] }
  | { readonly kind: 'wait'; readonly retryAfterMs: number };

/** May an attempt at this message be under way? */
export const isMarked = (sends: readonly SendMark[], key: string, nowMs: number): boolean =>
  sends.some((send) => send.key === key && nowMs - send.atMs < SEND_KEPT_MS);

/** May one more message of the user go out? */
export function sendTurnOf(
  sends: readonly SendMark[],
  key: string,
  perSecond: number,
  nowMs: number,
): SendTurnDecision {
  const others = sends.filter((send) => send.key !== key && nowMs - send.atMs < keptMs(send));
  const lately = others.filter((send) => nowMs - send.atMs < SECOND_MS);
  // undefined = fewer than `perSecond` in the last second.
  const first = lately.at(-perSecond);
  if (first !== undefined) return { kind: 'wait', retryAfterMs: Math.max(1, first.atMs + SECOND_MS - nowMs) };
  return { kind: 'turn', sends: [...others, { key, atMs: nowMs }].slice(-SENDS_MAX) };
}
