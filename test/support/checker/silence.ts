import { firstNotBelow } from './calls.ts';
import type { Facts } from './facts.ts';
import { LAMBDA_MS, type Life, type Membership } from './timeline.ts';

/** So long after the disconnect the real-time service may take. */
const LATEST_MS = 300_000;

/** I-M7: with the real-time service nobody stays a member in silence, whatever is lost. */
export function checkSilence(facts: Facts): void {
  const lastMs = facts.history.at(-1)?.atMs ?? 0;
  for (const membership of facts.timeline.memberships.values()) {
    const { life, user, start, end, id } = membership;
    if (facts.allowlist.get(life.room, user) !== undefined) continue;
    const silent = silentFrom(facts, membership);
    const since = silent === undefined ? undefined : onSince(facts, life, silent.index);
    if (silent === undefined || since === undefined) continue;
    const untilMs = Math.max(silent.atMs, since) + LATEST_MS + 2 * facts.options.epsMs;
    const endedMs = Math.min(end?.atMs ?? Infinity, life.destroyed?.atMs ?? Infinity);
    if (lastMs <= untilMs || endedMs <= untilMs || hasOtherFaults(facts, silent.atMs, untilMs)) continue;
    const sentence = `${id} of ${user} was silent for ${LATEST_MS / 1_000} s and not removed`;
    facts.report('I-M7', sentence, start.index, silent.index, end?.index ?? Infinity);
  }
}

/** From here on the user has no socket and no call in progress, and everybody knows that. */
function silentFrom({ timeline }: Facts, { user, start, end }: Membership) {
  const sockets = timeline.sockets.of(user).filter(({ index }) => index < (end?.index ?? Infinity));
  let last: { readonly index: number; readonly atMs: number } = start;
  for (const { over, lastNotice } of sockets) {
    if (over === undefined || lastNotice === undefined) return undefined;
    if (lastNotice.index > last.index) last = lastNotice;
  }
  const records = timeline.recordsOf(user, start, end?.index ?? Infinity);
  const calledMs = Math.max(0, ...records.map(({ call, answer }) => answer?.atMs ?? call.atMs + LAMBDA_MS));
  return { index: last.index, atMs: Math.max(last.atMs, calledMs) };
}

/** Since when the service is on for the room for certain, up to now. */
function onSince({ realTime, options, timeline }: Facts, life: Life, index: number): number | undefined {
  const service = realTime.get(life.room, '');
  if (service === undefined) return options.realTime ? -Infinity : undefined;
  const createdAt = life.created?.index ?? -1;
  // A call before this life of the room has switched a former one.
  const on = service.surely(timeline.history.length, createdAt) ?? service.surely(index, createdAt);
  return service.surely(timeline.history.length) === on ? on?.answer?.atMs : undefined;
}

/** One lost run of the sweep is allowed for, and lost disconnects; else the time may be longer. */
function hasOtherFaults({ history, timeline }: Facts, fromMs: number, untilMs: number): boolean {
  const first = firstNotBelow(timeline.faultsMs, fromMs - LAMBDA_MS, (faultMs) => faultMs);
  if ((timeline.faultsMs[first] ?? Infinity) > untilMs) return false;
  const faults = history.filter(
    (event) =>
      event.kind === 'fault' && event.what !== 'frame' && event.atMs <= untilMs && event.atMs >= fromMs - LAMBDA_MS,
  );
  const sweeps = faults.filter((event) => event.kind === 'fault' && event.what === 'sweep');
  return faults.length > sweeps.length || sweeps.length > 1;
}
