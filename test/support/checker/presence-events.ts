import type { Facts } from './facts.ts';
import type { ConnectionRow, PresenceWritten } from './history.ts';
import { LAMBDA_MS } from './timeline.ts';

/** A change that no Lambda armed the check of is found by the last check of the connection. */
const FOUND_MS = 300_000 + LAMBDA_MS;

type Span = readonly [fromMs: number, toMs: number];

/** I-P1, I-P2, I-P3: what the webhook gets of whether users are online. */
export function checkPresenceEvents(facts: Facts): void {
  const { presenceDelayMs } = facts.options;
  if (presenceDelayMs === 0) return;
  const users = new Set(facts.history.flatMap((event) => (event.kind === 'connectionRow' ? [event.user] : [])));
  for (const user of users) {
    const written = writtenOf(facts, user);
    checkOrder(facts, user, written);
    for (const one of written) checkLasted(facts, user, one);
    checkRest(facts, user, written);
  }
}

type Written = PresenceWritten & { readonly index: number };

const writtenOf = ({ history }: Facts, user: string): readonly Written[] =>
  history.flatMap((event, index) =>
    event.kind === 'presenceWritten' && event.user === user ? [{ ...event, index }] : [],
  );

function checkOrder({ history, report }: Facts, user: string, written: readonly Written[]): void {
  written.forEach(({ state, sinceMs, index }, at) => {
    const before = written[at - 1];
    const isNext = state !== (before?.state ?? 'offline') && sinceMs > (before?.sinceMs ?? 0);
    if (!isNext) report('I-P1', `${user} is announced as ${state} again`, before?.index ?? 0, index);
  });
  const got = new Map<string, number>();
  history.forEach((event, index) => {
    const isPresence = event.kind === 'webhook' && (event.what === 'online' || event.what === 'offline');
    if (isPresence && event.user === user && !got.has(event.eventId)) got.set(event.eventId, index);
  });
  const ids = written.map(({ state, sinceMs }) => `${user}-${sinceMs}-${state}`);
  [...got].forEach(([id, index], at) => {
    if (id !== ids[at]) report('I-P1', `the webhook gets ${id}, and ${ids[at]} is next`, index);
  });
  const settled = history.findLast(({ kind }) => kind === 'settled');
  for (const { atMs, index } of written.slice(got.size)) {
    if (settled !== undefined && settled.atMs - atMs >= FOUND_MS)
      report('I-P3', `the webhook does not get an event of ${user}`, index);
  }
}

/** The state has lasted for the delay by the rows, as a check could see them. */
function checkLasted({ history, options, report }: Facts, user: string, written: Written): void {
  const { state, sinceMs, atMs, index } = written;
  const spans = state === 'online' ? onlineSpans(history, user) : gapsBetween(surelyOnline(history, user));
  const leastMs = options.presenceDelayMs - options.epsMs;
  const hasLasted = spans.some(
    ([fromMs, toMs]) => fromMs <= atMs && toMs >= sinceMs - options.epsMs && Math.min(toMs, atMs) - fromMs >= leastMs,
  );
  if (!hasLasted) report('I-P2', `${user} was not ${state} for ${leastMs} ms`, index);
}

type Events = Facts['history'];

const rowsOf = (history: Events, user: string): readonly ConnectionRow[] =>
  history.flatMap((event) => (event.kind === 'connectionRow' && event.user === user ? [event] : []));

const closeOf = (rows: readonly ConnectionRow[], { connection }: ConnectionRow) =>
  rows.find((row) => row.connection === connection && row.closedAtMs !== undefined);
const openingsIn = (rows: readonly ConnectionRow[]) => rows.filter(({ closedAtMs }) => closedAtMs === undefined);

/** A connection counts from the time on its row until its close is written. */
function onlineSpans(history: Events, user: string): readonly Span[] {
  const rows = rowsOf(history, user);
  return merged(openingsIn(rows).map((row): Span => [row.openedAtMs, closeOf(rows, row)?.atMs ?? Infinity]));
}

/** A connection counts from when its row is written until the time on it. */
function surelyOnline(history: Events, user: string): readonly Span[] {
  const rows = rowsOf(history, user);
  const spans = openingsIn(rows).map((row): Span => {
    const { closedAtMs = Infinity, leaseUntilMs = Infinity } = closeOf(rows, row) ?? {};
    return [row.atMs, Math.max(row.atMs, Math.min(closedAtMs, leaseUntilMs))];
  });
  return merged(spans);
}

function merged(spans: readonly Span[]): readonly Span[] {
  const all: Span[] = [];
  for (const span of spans.toSorted(([one], [other]) => one - other)) {
    const last = all.at(-1);
    if (last !== undefined && span[0] <= last[1]) all[all.length - 1] = [last[0], Math.max(last[1], span[1])];
    else all.push(span);
  }
  return all;
}

const gapsBetween = (spans: readonly Span[]): readonly Span[] =>
  spans.map(([, toMs], at): Span => [toMs, spans[at + 1]?.[0] ?? Infinity]);

/** When nothing has changed for long enough, what was announced is so. */
function checkRest({ history, options, report }: Facts, user: string, written: readonly Written[]): void {
  const index = history.findLastIndex(({ kind }) => kind === 'settled');
  const settled = history[index];
  const rows = rowsOf(history, user);
  const last = rows.at(-1);
  if (settled === undefined || last === undefined) return;
  if (settled.atMs - last.atMs < options.presenceDelayMs + FOUND_MS) return;
  const state = openingsIn(rows).every((row) => closeOf(rows, row) !== undefined) ? 'offline' : 'online';
  const announced = written.at(-1)?.state ?? 'offline';
  if (announced !== state) report('I-P3', `${user} is ${state}, and announced as ${announced}`, index);
}
