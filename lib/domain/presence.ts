/** Whether a user has a connection, on any device. */
export interface Presence {
  readonly state: 'online' | 'offline';
  /** Since when, ms since 1970. */
  readonly sinceMs: number;
}

/** When a connection began and ended, as its row has it. */
export interface ConnectionLife {
  /** 0 = it was never open. */
  readonly openedAtMs: number;
  readonly leaseUntilMs: number;
  readonly closedAtMs?: number | undefined;
}

/** What is to be done about a user's presence. */
export type PresenceStep =
  /** The app knows it, or it is about to be decided elsewhere. */
  | { readonly kind: 'nothing' }
  /** It has not lasted long enough. */
  | { readonly kind: 'wait'; readonly untilMs: number }
  | { readonly kind: 'announce'; readonly next: Presence };

/**
 * The presence that a user's connections show, also those that ended lately. Undefined = neither: of an open connection
 * whose lease is over, the next frame may still renew it, or the sweep closes it.
 */
export function presenceOf(lives: readonly ConnectionLife[], nowMs: number): Presence | undefined {
  const begun = lives.filter(({ openedAtMs }) => openedAtMs > 0);
  const open = begun.filter(({ closedAtMs }) => closedAtMs === undefined);
  const live = open.filter(({ leaseUntilMs }) => nowMs < leaseUntilMs);
  if (live.length > 0) return { state: 'online', sinceMs: startOf(live, begun) };
  return open.length > 0 ? undefined : { state: 'offline', sinceMs: Math.max(0, ...begun.map(endOf)) };
}

const endOf = ({ leaseUntilMs, closedAtMs = leaseUntilMs }: ConnectionLife): number =>
  Math.min(leaseUntilMs, closedAtMs);

/** A connection that begins before another one ends continues it. */
function startOf(live: readonly ConnectionLife[], begun: readonly ConnectionLife[]): number {
  const latestEndFirst = begun.toSorted((one, other) => endOf(other) - endOf(one));
  return latestEndFirst.reduce(
    (startMs, life) => (endOf(life) >= startMs ? Math.min(startMs, life.openedAtMs) : startMs),
    Math.min(...live.map(({ openedAtMs }) => openedAtMs)),
  );
}

/** `announced`: what the app was notified of last; undefined = nothing, which says offline. */
export function decidePresence(
  announced: Presence | undefined,
  seen: Presence | undefined,
  nowMs: number,
  delayMs: number,
): PresenceStep {
  if (seen === undefined || seen.state === (announced?.state ?? 'offline')) return { kind: 'nothing' };
  const untilMs = seen.sinceMs + delayMs;
  if (nowMs < untilMs) return { kind: 'wait', untilMs };
  // Each is later than the one before it, whatever clocks say: so no two have one id.
  const sinceMs = Math.max(seen.sinceMs, (announced?.sinceMs ?? 0) + 1);
  return { kind: 'announce', next: { state: seen.state, sinceMs } };
}
