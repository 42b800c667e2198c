import { setTimeout as wait } from 'node:timers/promises';
import { isUndoneResume } from '../simulation/schedule/checks.ts';
import { check } from '../support/checker/check.ts';
import type { CheckOptions } from '../support/checker/violation.ts';
import { Acts } from './acts.ts';
import { Dice } from './dice.ts';
import type { FaultKind } from './fault-kinds.ts';
import { Nemesis } from './nemesis.ts';
import { closePart, openPart, type Part } from './part.ts';
import { settle } from './quiet.ts';
import { SETTINGS, type Stage } from './stage.ts';
import { type Story, storyOfProblem, storyOfViolation } from './story.ts';
import { runSweeps } from './sweeps.ts';

/**
 * What the checker has to allow for in real time: an event is dated by the gateway, up to 400 ms wrongly on purpose, and a
 * write is seen when the stream has it; and a Lambda that stands still may post until its timeout.
 */
export const CHECK_OPTIONS: Partial<CheckOptions> = {
  epsMs: 2_000,
  inFlightMs: 30_000,
  graceMs: SETTINGS.realTimeGraceMs,
  messageLimit: SETTINGS.offlineMessageLimit,
  maxConnectionsPerUser: SETTINGS.maxConnectionsPerUser,
  ordersSends: true,
};

export interface RunOptions {
  readonly stage: Stage;
  readonly seed: number;
  /** How long the faults last before each quiet window. */
  readonly stormMs: number;
  /** Quiet windows of one part: after them there are new users and rooms. */
  readonly windows: number;
  /** For progress. */
  readonly tell: (line: string) => void;
  /** Ends the run before its time. */
  readonly signal: AbortSignal;
}

/** What has been seen so far. */
export interface Tally {
  acts: number;
  /** Calls of clients and of the app's server whose outcome was checked. */
  calls: number;
  events: number;
  /** Writes of the table that were checked. */
  writes: number;
  quiet: number;
  readonly faults: ReadonlyMap<FaultKind, number>;
  readonly stories: Story[];
  /** Ids of violations that are counted already. */
  readonly seen: Set<string>;
}

export const emptyTally = (faults: ReadonlyMap<FaultKind, number>): Tally => ({
  ...{ acts: 0, calls: 0, events: 0, writes: 0, quiet: 0, faults },
  ...{ stories: [], seen: new Set() },
});

/** One part: its users and rooms through several storms, each followed by a quiet window. */
export async function runPart(number: number, options: RunOptions, tally: Tally): Promise<void> {
  const { stage, seed, windows, signal } = options;
  const part = await openPart(number, stage);
  const nemesis = new Nemesis(stage, new Dice(seed * 2 + number));
  const acts = new Acts(part, new Dice(seed * 2 + 1 + number));
  try {
    for (let window = 0; window < windows && !signal.aborted; window += 1) {
      await storm(options, nemesis, acts, tally);
      await quiet(options, part, tally);
    }
  } finally {
    await nemesis.stop();
    await closePart(part);
    addUp(part, tally);
  }
}

async function storm(
  { stage, stormMs, signal }: RunOptions,
  nemesis: Nemesis,
  acts: Acts,
  tally: Tally,
): Promise<void> {
  const over = new AbortController();
  const until = AbortSignal.any([signal, over.signal]);
  const before = acts.count;
  const running = [acts.run(until), runSweeps(stage, until), nemesis.run()];
  await wait(stormMs, undefined, { signal }).catch(() => undefined);
  over.abort();
  await nemesis.stop();
  await Promise.all(running);
  tally.acts += acts.count - before;
}

/** Everything has to come right, and the history so far is checked. */
async function quiet({ stage, tell }: RunOptions, part: Part, tally: Tally): Promise<void> {
  const startedMs = performance.now();
  const problems = await settle(stage, part, Date.now);
  const settledMs = performance.now();
  for (const problem of problems) add(tally, problem.sentence, () => storyOfProblem(problem, part.records.events));
  const { events } = part.records;
  for (const violation of check(events, CHECK_OPTIONS)) {
    if (isUndoneResume(events, violation)) continue;
    add(tally, `${violation.events.join(' ')} ${violation.sentence}`, () => storyOfViolation(violation, events));
  }
  tally.quiet += 1;
  const checkedMs = performance.now();
  const [settled, checked] = [settledMs - startedMs, checkedMs - settledMs].map((ms) => (ms / 1000).toFixed(1));
  tell(`quiet after ${settled} s, ${events.length} events checked in ${checked} s, ${tally.stories.length} violations`);
}

function add(tally: Tally, id: string, story: () => Story): void {
  if (tally.seen.has(id)) return;
  tally.seen.add(id);
  tally.stories.push(story());
}

function addUp({ records }: Part, tally: Tally): void {
  const writes = new Set(['accepted', 'memberWritten', 'memberDeleted', 'roomCreated', 'roomDestroyed']);
  tally.events += records.events.length;
  for (const { kind } of records.events) {
    if (kind === 'call') tally.calls += 1;
    if (writes.has(kind)) tally.writes += 1;
  }
}
