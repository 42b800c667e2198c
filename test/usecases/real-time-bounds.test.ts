import { describe, expect, test } from 'vitest';
import { isWorthRenewing, LEASE_MS, leaseFrom } from '../../lib/domain/lease.ts';
import { HEARTBEAT_MS } from '../../lib/protocol/limits.ts';
import type { Caller } from '../../lib/usecases/deps.ts';
import { keepAlive } from '../../lib/usecases/keep-alive.ts';
import { sweep } from '../../lib/usecases/sweep/sweep.ts';
import { type Chance, createChance } from '../simulation/chance.ts';
import { useStore } from '../support/emulators.ts';
import { worldWith } from './changed-world.ts';
import { createSweepMemory } from './sweep-memory.ts';
import { createPhase, createSchedule, createShortPhase, extremes, type Firing, type Phase } from './sweep-phases.ts';

const store = useStore('dynoxide');

const PHASES = 10_000;
const LIVES_IN_STORE = 120;
const PROMISED_MS = 300_000;
const GRACE_MS = 60_000;
const startMs = 1_800_000_000_000;

type Scenario = 'all runs' | 'one run lost' | 'one run doubled';
const scenarios: readonly Scenario[] = ['all runs', 'one run lost', 'one run doubled'];

/** When the user was found to be out. Times in ms since the drop, and since his last sign of life. */
interface Kick {
  readonly afterDropMs: number;
  readonly afterFrameMs: number;
}

const kickOf = ({ dropAtMs, framesAtMs }: Phase, kickedAtMs: number): Kick => ({
  afterDropMs: kickedAtMs - dropAtMs,
  afterFrameMs: kickedAtMs - (framesAtMs.at(-1) ?? 0),
});

/** A frame that needs no answer. */
const sign = async ({ deps, caller }: ReturnType<typeof createSweepMemory>): Promise<void> =>
  keepAlive(deps, caller, await deps.store.getConnectionEventually(caller));

interface Run {
  readonly kickedAtMs: number;
  /** The run that did it. */
  readonly firing: Firing;
}

/** One life, told by the real sweep and the real rules: when he was kicked. */
async function live(phase: Phase, firings: readonly Firing[], openedAtMs: number, doubled?: Firing): Promise<Run> {
  const memory = createSweepMemory(openedAtMs);
  await memory.arm();
  const frames = phase.framesAtMs.map((atMs) => ({ atMs }));
  const events = [...frames, ...firings].sort((one, other) => one.atMs - other.atMs);
  for (const event of events) {
    memory.clock.nowMs = openedAtMs + event.atMs;
    if (frames.includes(event)) await sign(memory);
    else if (memory.isAnythingDue(memory.clock.nowMs)) {
      const runs = event === doubled ? [1, 2] : [1];
      await Promise.all(runs.map(() => sweep(memory.deps, Number.POSITIVE_INFINITY)));
    }
    if (!memory.isMember()) return { kickedAtMs: event.atMs, firing: event };
  }
  throw new Error('unable to say when he was kicked; he is still a member');
}

/** The run that matters most is lost, or doubled: the one that would have kicked him. */
async function kickIn(scenario: Scenario, chance: Chance): Promise<Kick> {
  const phase = createPhase(chance);
  const firings = createSchedule(chance, phase.dropAtMs + 900_000);
  const openedAtMs = startMs + Math.round(chance() * 3_600_000);
  const usual = await live(phase, firings, openedAtMs);
  if (scenario === 'all runs') return kickOf(phase, usual.kickedAtMs);
  const rest = scenario === 'one run lost' ? firings.filter((firing) => firing !== usual.firing) : firings;
  return kickOf(phase, (await live(phase, rest, openedAtMs, usual.firing)).kickedAtMs);
}

const kicks = new Map<Scenario, Promise<readonly Kick[]>>();

/** Simulated once for all tests of the scenario. */
function kicksIn(scenario: Scenario): Promise<readonly Kick[]> {
  const known = kicks.get(scenario) ?? simulate(scenario);
  kicks.set(scenario, known);
  return known;
}

async function simulate(scenario: Scenario): Promise<readonly Kick[]> {
  const chance = createChance(20_260);
  const all: Kick[] = [];
  for (let phase = 0; phase < PHASES; phase += 1) all.push(await kickIn(scenario, chance));
  say(`${scenario}, ${PHASES} phases`, all);
  return all;
}

const spansOf = (found: readonly Kick[]) =>
  [extremes(found.map((kick) => kick.afterDropMs)), extremes(found.map((kick) => kick.afterFrameMs))] as const;

function say(what: string, found: readonly Kick[]): void {
  const [drop, frame] = spansOf(found);
  console.log(
    `${what}: out ${drop.earliestMs} to ${drop.latestMs} ms after the drop, ` +
      `${frame.earliestMs} to ${frame.latestMs} ms after the last sign of life`,
  );
}

describe.each(scenarios)('KICK-REALTIME, every $disconnect lost, no message, %s', (scenario) => {
  test('I-M7: out within 300 s of the drop', async () => {
    const { latestMs } = extremes((await kicksIn(scenario)).map((kick) => kick.afterDropMs));
    expect(latestMs).toBeLessThanOrEqual(PROMISED_MS);
  });

  test('I-M7: out within 300 s of the last sign of life', async () => {
    const { latestMs } = extremes((await kicksIn(scenario)).map((kick) => kick.afterFrameMs));
    expect(latestMs).toBeLessThanOrEqual(PROMISED_MS);
  });

  test('I-M1: nobody is out who is still connected', async () => {
    const { earliestMs } = extremes((await kicksIn(scenario)).map((kick) => kick.afterDropMs));
    expect(earliestMs).toBeGreaterThan(0);
  });

  test('I-M8: nobody is out who gave a sign of life within the grace', async () => {
    const { earliestMs } = extremes((await kicksIn(scenario)).map((kick) => kick.afterFrameMs));
    expect(earliestMs).toBeGreaterThanOrEqual(GRACE_MS);
  });

  // Nobody sees a socket die between two heartbeats, so its grace is counted from the last sign of life.
  test('I-M8: nobody is out sooner after his drop than the lease outlasts a heartbeat', async () => {
    const { earliestMs } = extremes((await kicksIn(scenario)).map((kick) => kick.afterDropMs));
    expect(earliestMs).toBeGreaterThanOrEqual(LEASE_MS - HEARTBEAT_MS);
  });
});

test('I-M1: whenever the app sends, the lease is not over before the next heartbeat', () => {
  const chance = createChance(7);
  let leastLeftMs = Number.POSITIVE_INFINITY;
  for (let life = 0; life < PHASES; life += 1) {
    let leaseUntilMs = leaseFrom(0);
    for (const atMs of createPhase(chance).framesAtMs) {
      leastLeftMs = Math.min(leastLeftMs, leaseUntilMs - atMs);
      if (isWorthRenewing(leaseUntilMs, atMs)) leaseUntilMs = leaseFrom(atMs);
    }
  }
  console.log(
    `${PHASES} lives of a connection: a frame came ${leastLeftMs} ms before the end of the lease, or earlier`,
  );
  expect(leastLeftMs).toBeGreaterThan(0);
});

test('I-M1: a heartbeat that comes after a renewal is in time for it', async () => {
  // So that his lease ends right before the end of a bucket.
  const openedAtMs = startMs + 7000;
  const memory = createSweepMemory(openedAtMs);
  await memory.arm();
  for (const frameAtMs of [77_700, HEARTBEAT_MS]) {
    memory.clock.nowMs = openedAtMs + frameAtMs;
    await sign(memory);
  }
  for (const sweepAtMs of [180_000, 2 * HEARTBEAT_MS - 1]) {
    memory.clock.nowMs = openedAtMs + sweepAtMs;
    await sweep(memory.deps, Number.POSITIVE_INFINITY);
  }
  expect(memory.isMember()).toBe(true);
});

interface Live extends Phase {
  readonly name: string;
  readonly openedAtMs: number;
}

/** Many users of one room on the emulator, under one schedule. Returns when each of them was kicked. */
async function liveInStore(lives: readonly Live[], firings: readonly Firing[], isDoubled: boolean) {
  const kickedAtMs = new Map<string, number>();
  let nowMs = 0;
  const world = worldWith(
    store(),
    (real) => ({
      deleteMember: async (member) => {
        const outcome = await real.deleteMember(member);
        if (outcome === 'deleted') kickedAtMs.set(member.userId, nowMs);
        return outcome;
      },
    }),
    { realTimeKickOut: true },
  );
  const firstMs = world.clock.nowMs;
  const callers = new Map<string, Caller>();
  const events = [
    ...lives.flatMap(({ name, openedAtMs, framesAtMs }) => [
      { atMs: openedAtMs, run: async () => void callers.set(name, await world.enter(name)) },
      ...framesAtMs.map((atMs) => ({
        atMs: openedAtMs + atMs,
        run: async () => void (await world.frame(callers.get(name) ?? world.device(name), { action: 'ping' })),
      })),
    ]),
    ...firings.map(({ atMs }) => ({
      atMs,
      run: async () => void (await Promise.all((isDoubled ? [1, 2] : [1]).map(() => world.sweep()))),
    })),
  ].sort((one, other) => one.atMs - other.atMs);
  for (const event of events) {
    nowMs = event.atMs;
    world.clock.nowMs = firstMs + nowMs;
    await event.run();
  }
  expect(world.faults).toEqual([]);
  return kickedAtMs;
}

describe.each(scenarios)('KICK-REALTIME on the store, every $disconnect lost, no message, %s', (scenario) => {
  test('I-M7, I-M8: out within 300 s of the drop, and not within the grace after the last sign of life', async () => {
    const chance = createChance(scenario.length);
    const lives = Array.from({ length: LIVES_IN_STORE }, (_, life) => ({
      ...createShortPhase(chance),
      name: `user-${life}`,
      openedAtMs: Math.round(chance() * 300_000),
    }));
    const all = createSchedule(chance, 1_200_000);
    const lost = all.find(({ atMs }) => atMs > 400_000);
    const firings = scenario === 'one run lost' ? all.filter((firing) => firing !== lost) : all;
    const kickedAtMs = await liveInStore(lives, firings, scenario === 'one run doubled');
    expect(kickedAtMs.size).toBe(LIVES_IN_STORE);
    const found = lives.map((life) => kickOf(life, (kickedAtMs.get(life.name) ?? Number.NaN) - life.openedAtMs));
    const [drop, frame] = spansOf(found);
    say(`${scenario}, ${LIVES_IN_STORE} lives on the store`, found);
    expect(drop.latestMs).toBeLessThanOrEqual(PROMISED_MS);
    expect(frame.earliestMs).toBeGreaterThanOrEqual(GRACE_MS);
  });
});
