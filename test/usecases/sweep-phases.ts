import { Heartbeat } from '../../lib/client/connection/heartbeat.ts';
import type { Chance } from '../simulation/chance.ts';
import { VirtualTimers } from '../simulation/virtual-timers.ts';

const MINUTE_MS = 60_000;
/** EventBridge may start a run this much later than its time. */
const JITTER_MS = 60_000;

/** A run of the sweep. */
export interface Firing {
  readonly atMs: number;
}

/** One life of a connection; times in ms since it was opened. */
export interface Phase {
  /** The frames that reached the server, without the opening itself. */
  readonly framesAtMs: readonly number[];
  readonly dropAtMs: number;
}

const between = (chance: Chance, lowMs: number, highMs: number): number =>
  Math.round(lowMs + chance() * (highMs - lowMs));

/** Evenly between the bounds, and as often on or beside one of them, where a bound breaks first. */
const atTheEdge = (chance: Chance, lowMs: number, highMs: number): number => {
  if (chance() < 0.5) return between(chance, lowMs, highMs);
  const isLow = chance() < 0.5;
  return isLow ? Math.min(highMs, lowMs + between(chance, 0, 2)) : Math.max(lowMs, highMs - between(chance, 0, 2));
};

/** An app that sends at random times, with the client's heartbeat; then nothing gets through any more. */
export const createPhase = (chance: Chance): Phase =>
  chance() < 0.1 ? phaseOf(chance, 7_200_000, 60_000) : createShortPhase(chance);

export const createShortPhase = (chance: Chance): Phase => phaseOf(chance, 400_000, 600_000);

function phaseOf(chance: Chance, longestMs: number, rarestMs: number): Phase {
  const lastAtMs = between(chance, 0, longestMs);
  const everyMs = between(chance, 5000, rarestMs);
  const timers = new VirtualTimers();
  const startMs = timers.nowMs;
  const framesAtMs: number[] = [];
  const send = () => {
    heartbeat.sent();
    framesAtMs.push(timers.nowMs - startMs);
  };
  const heartbeat = new Heartbeat(timers, () => timers.nowMs, 60_000, {
    beat: send,
    ask: () => {},
    dead: () => {},
    isListening: () => false,
  });
  const talk = () => timers.setTimeout(say, between(chance, 1, 2 * everyMs));
  const say = () => {
    send();
    talk();
  };
  heartbeat.start();
  talk();
  for (;;) {
    const count = framesAtMs.length;
    while (framesAtMs.length === count) timers.step(Number.POSITIVE_INFINITY);
    const [sentAtMs = 0, nextAtMs = 0] = [framesAtMs[count - 1], framesAtMs[count]];
    // Some time before the next frame would have come.
    if (nextAtMs > lastAtMs) {
      return { framesAtMs: framesAtMs.slice(0, count), dropAtMs: atTheEdge(chance, sentAtMs, nextAtMs - 1) };
    }
  }
}

/** Two schedules that fire every minute until then, each at its own second and each run with its own delay. */
export function createSchedule(chance: Chance, untilMs: number): readonly Firing[] {
  const firings: Firing[] = [];
  for (const startMs of [between(chance, 0, MINUTE_MS), between(chance, 0, MINUTE_MS)]) {
    for (let ruleAtMs = startMs; ruleAtMs < untilMs; ruleAtMs += MINUTE_MS) {
      firings.push({ atMs: ruleAtMs + atTheEdge(chance, 0, JITTER_MS) });
    }
  }
  return firings.sort((one, other) => one.atMs - other.atMs);
}

/** The least and the greatest of the values. */
export const extremes = (values: readonly number[]) => ({
  earliestMs: values.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY),
  latestMs: values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY),
});
