import { defaultSettings } from '../../lib/domain/settings.ts';
import { quantile } from '../compare/statistics.ts';
import { fillRoom } from './filled-room.ts';
import { atMost, type Goal, type Part, type Progress, short } from './report.ts';
import { type System, withSystem } from './system.ts';
import { acceptedOf, delaysOf, lastSeqOf, talk } from './talk.ts';

const SIZE = 10_000;
const SENDERS = 50;
const PER_SECOND = 10;
const CALM_SECONDS = 30;
const SECONDS = 120;
/** Short enough that runs hand over too. */
const TIMEOUT_MS = 60_000;
/** How long a run lives: of any length up to this. */
const LIFE_MAX_MS = 40_000;
/** A lease that nobody renews has lapsed by then, and the watch has seen it. */
const SETTLE_MS = 30_000;
const LOOK_EVERY_MS = 250;
/** A second that posts began in may have some of the one before. */
const BUDGET_MARGIN = 1.05;

interface Measured {
  readonly title: string;
  readonly size: number;
  readonly messages: number;
  readonly delays: { readonly first: readonly number[]; readonly last: readonly number[] };
  readonly verdict: ReturnType<System['sink']['judge']>;
  readonly posts: number;
  readonly seconds: readonly number[];
  readonly invocations: number;
  readonly killed: number;
}

/** Waits until each message has reached everyone, or nothing more can come. */
async function settle(system: System, messages: number, size: number): Promise<void> {
  const untilMs = Date.now() + SETTLE_MS;
  const isDone = () =>
    [...system.sink.reached.values()].filter(({ connections }) => connections >= size).length >= messages;
  while (Date.now() < untilMs && !isDone()) await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  system.jobs.spare();
  await system.jobs.idle();
}

async function inRoom(
  system: System,
  title: string,
  size: number,
  perSecond: number,
  count: number,
): Promise<Measured> {
  const senders = await fillRoom(system, { connections: size, senders: SENDERS });
  const answers = acceptedOf(await talk(system, senders, perSecond, count));
  const messages = answers.length;
  await settle(system, messages, size);
  system.check();
  const { sink, jobs } = system;
  const { deliver, repost, evict } = jobs.started;
  return {
    ...{ title, size, messages, delays: delaysOf(system), verdict: sink.judge(lastSeqOf(answers)) },
    ...{ posts: sink.posts, seconds: [...sink.postsBySecond.values()], killed: jobs.killed },
    invocations: deliver + repost + evict,
  };
}

/** The largest memory of this process while the work runs, more than before; bytes. */
async function memoryOf<T>(work: () => Promise<T>): Promise<{ readonly result: T; readonly bytes: number }> {
  const before = process.memoryUsage().rss;
  let most = before;
  const looking = setInterval(() => {
    most = Math.max(most, process.memoryUsage().rss);
  }, LOOK_EVERY_MS);
  try {
    return { result: await work(), bytes: most - before };
  } finally {
    clearInterval(looking);
  }
}

function goalsOf({ title, size, verdict, seconds, delays }: Measured): readonly Goal[] {
  const budget = defaultSettings.postsPerSecond;
  return [
    atMost(`${title}: lost and not shown by a gap`, verdict.lost, 0),
    atMost(`${title}: frames in the busiest second`, Math.max(...seconds), budget * BUDGET_MARGIN),
    {
      what: `${title}: p99 to the last of ${size}, ms`,
      value: quantile(delays.last, 0.99),
      goal: 'told',
      isReached: true,
    },
  ];
}

const columns = [
  ...['case', 'messages', 'to the first p50, ms', 'to the last p50, ms', 'p99, ms', 'lost', 'gaps', 'repeats'],
  ...['frames a second, mean', 'most', 'frames ÷ delivery', 'runs of Deliver', 'killed'],
];

const rowOf = ({ title, size, messages, delays, verdict, ...rest }: Measured): readonly (string | number)[] => [
  ...[title, messages, short(quantile(delays.first, 0.5))],
  ...[short(quantile(delays.last, 0.5)), short(quantile(delays.last, 0.99))],
  ...[verdict.lost, verdict.gaps, verdict.repeats],
  ...[short(rest.posts / rest.seconds.length), Math.max(...rest.seconds), short(rest.posts / (messages * size))],
  ...[rest.invocations, rest.killed],
];

/** A large room that is busy, with and without Lambdas that are killed; and one message to a very large one. */
export async function measureBusy(progress: Progress, sizeMax: number): Promise<Part> {
  const size = Math.min(SIZE, sizeMax);
  const large = Math.min(10 * SIZE, sizeMax);
  const jobs = { timeoutMs: TIMEOUT_MS };
  progress(`busy: ${size} connections, ${PER_SECOND} messages a second, ${CALM_SECONDS} s`);
  const calm = await withSystem({ jobs, isWatched: true }, (system) =>
    inRoom(system, 'nobody is killed', size, PER_SECOND, PER_SECOND * CALM_SECONDS),
  );
  progress(`busy: the same for ${SECONDS} s, and Deliver is killed at random`);
  const nextLifeMs = () => Math.random() * LIFE_MAX_MS;
  const killed = await withSystem({ jobs: { ...jobs, nextLifeMs }, isWatched: true }, (system) =>
    inRoom(system, 'Deliver is killed', size, PER_SECOND, PER_SECOND * SECONDS),
  );
  progress(`busy: one message to ${large} connections`);
  const { result: one, bytes } = await memoryOf(() =>
    withSystem({ isWatched: true }, (system) => inRoom(system, `one message to ${large}`, large, 1, 1)),
  );
  const all = [calm, killed, one];
  const memory = {
    what: `memory for ${large}, MB, the sink included`,
    value: bytes / 1e6,
    goal: 'told',
    isReached: true,
  };
  return {
    title: `Busy: a room of ${size}, a budget of ${defaultSettings.postsPerSecond} frames a second`,
    columns,
    rows: all.map(rowOf),
    goals: [...all.flatMap(goalsOf), memory],
  };
}
