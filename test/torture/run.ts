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
  /** How long the faults last before each quiet window: a time, or until each kind has happened once. */
  readonly storm: { readonly ms: number } | { readonly faults: 'each once' };
  /** Quiet windows of one part: after them there are new users and rooms. */
  readonly windows: number;
  /** Gets how each quiet window ended, and each violation when it is found. */
  readonly tell: (line: string) => void;
  /** Ends the run before its time. */
  readonly signal: AbortSignal;
}

/** What has been seen so far. */
export interface Tally {
  acts: number;
  quiet: number;
  /** Events of the histories that were checked. */
  events: number;
  /** Calls of clients and of the app's server, by operation. */
  readonly calls: Map<string, number>;
  /** Writes of the table, by what they are of; ends of memberships by their reason. */
  readonly writes: Map<string, number>;
  readonly faults: ReadonlyMap<FaultKind, number>;
  readonly stories: Story[];
  /** Ids of violations that are counted already. */
  readonly seen: Set<string>;
}

export const emptyTally = (faults: ReadonlyMap<FaultKind, number>): Tally => ({
  ...{ acts: 0, quiet: 0, events: 0, calls: new Map(), writes: new Map(), faults },
  ...{ stories: [], seen: new Set() },
});

/** One part: its users and rooms through several storms, each followed by a quiet window. */
export async function runPart(number: number, options: RunOptions, tally: Tally): Promise<void> {
  const { stage, seed, windows, signal } = options;
  const part = await openPart(number, stage);
  const nemesis = new Nemesis(stage, new Dice(seed * 2 + number));
  const acts = new Acts(part, new Dice(seed * 2 + 1 + number), () => {
    tally.acts += 1;
  });
  try {
    for (let window = 0; window < windows && !signal.aborted; window += 1) {
      await playStorm(options, nemesis, acts);
      await quiet(options, part, tally);
    }
  } finally {
    await nemesis.stop();
    await closePart(part);
    addUp(part, tally);
    tally.events += part.records.events.length;
  }
}

async function playStorm({ stage, storm, signal }: RunOptions, nemesis: Nemesis, acts: Acts): Promise<void> {
  const over = new AbortController();
  const until = AbortSignal.any([signal, over.signal]);
  const running = [acts.run(until), runSweeps(stage, until)];
  if ('ms' in storm) {
    running.push(nemesis.run());
    await wait(storm.ms, undefined, { signal }).catch(() => undefined);
  } else await nemesis.eachOnce(signal);
  over.abort();
  await nemesis.stop();
  await Promise.all(running);
}

/** Everything has to come right, and the history so far is checked. */
async function quiet(options: RunOptions, part: Part, tally: Tally): Promise<void> {
  const { stage, tell } = options;
  const startedMs = performance.now();
  const problems = await settle(stage, part, Date.now);
  const settledMs = performance.now();
  for (const problem of problems) add(options, tally, problem.sentence, () => storyOfProblem(problem, part));
  const { events } = part.records;
  for (const violation of check(events, CHECK_OPTIONS)) {
    if (isUndoneResume(events, violation)) continue;
    add(options, tally, `${violation.events.join(' ')} ${violation.sentence}`, () => storyOfViolation(violation, part));
  }
  tally.quiet += 1;
  const checkedMs = performance.now();
  const [settled, checked] = [settledMs - startedMs, checkedMs - settledMs].map((ms) => (ms / 1000).toFixed(1));
  tell(`quiet after ${settled} s, ${events.length} events checked in ${checked} s, ${tally.stories.length} violations`);
}

function add({ tell }: RunOptions, tally: Tally, id: string, makeStory: () => Story): void {
  if (tally.seen.has(id)) return;
  tally.seen.add(id);
  const story = makeStory();
  tally.stories.push(story);
  const { invariant, sentence, lines } = story;
  tell([`\nVIOLATION ${invariant}: ${sentence}`, ...lines, ''].join('\n  '));
}

function addUp({ records }: Part, { calls, writes }: Tally): void {
  for (const event of records.events) {
    if (event.kind === 'call') increase(calls, event.op);
    else if ('ended' in event && event.ended !== undefined) increase(writes, `end as ${event.ended.reason}`);
    else if (WRITES.has(event.kind)) increase(writes, event.kind);
  }
}

const WRITES = new Set<string>(['accepted', 'memberWritten', 'memberDeleted', 'roomCreated', 'roomDestroyed']);

const increase = (counts: Map<string, number>, name: string): void => {
  counts.set(name, (counts.get(name) ?? 0) + 1);
};
