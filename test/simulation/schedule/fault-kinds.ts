/*
 * Models what goes wrong in one run: each kind with its own likelihood, and how often each happened.
 * Clock: none. Chance: the scheduler's.
 */

import type { Mishaps } from './deployment.ts';
import type { Fate, Fates, Scheduler, Step } from './scheduler.ts';
import type { Failure, StepKind } from './service-errors.ts';

export const FAULT_KINDS = [
  'delayed',
  'throttled',
  'not-applied',
  'answer-lost',
  'killed-before',
  'killed-after',
  'disconnect-late',
  'disconnect-lost',
  'disconnect-doubled',
  'post-failed',
  'post-delivered-without-answer',
  'post-false-gone',
  'batch-repeated',
  'invocation-late',
  'invocation-doubled',
  'sweep-lost',
  'sweep-doubled',
  'stale-read',
  'clock-skew',
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

/** Delays and late events are no faults of a service: they happen in every deployment. */
const ORDINARY: readonly FaultKind[] = ['delayed', 'disconnect-late', 'invocation-late', 'stale-read'];
/** A run has few occasions for these. */
const SELDOM: readonly FaultKind[] = [
  ...([
    'disconnect-lost',
    'disconnect-doubled',
    'sweep-lost',
    'sweep-doubled',
    'batch-repeated',
    'invocation-doubled',
  ] as const),
  ...(['post-failed', 'post-delivered-without-answer', 'post-false-gone', 'clock-skew'] as const),
];
const SKEW_MAX_MS = 400;

/** How each of these kinds of fault ends a call. */
const FAILURES_OF = {
  throttled: { error: 'ProvisionedThroughputExceededException', isApplied: false },
  'not-applied': { error: 'InternalServerError', isApplied: false },
  'answer-lost': { error: 'InternalServerError', isApplied: true },
  'post-failed': { error: 'ServiceUnavailable', isApplied: false },
  'post-delivered-without-answer': { error: 'ServiceUnavailable', isApplied: true },
  'post-false-gone': { error: 'GoneException', isApplied: false },
} as const satisfies Partial<Record<FaultKind, Failure>>;

const OF_TABLE = ['throttled', 'not-applied', 'answer-lost'] as const;
const OF_POST = ['post-failed', 'post-delivered-without-answer', 'post-false-gone'] as const;
const FAILING: Readonly<Record<StepKind, readonly (keyof typeof FAILURES_OF)[]>> = {
  read: OF_TABLE,
  write: OF_TABLE,
  queue: OF_TABLE,
  invoke: OF_TABLE,
  hook: OF_TABLE,
  post: OF_POST,
  // A connection that is closed for the Lambda and stays open would have to be a second fault: the crash sweep has it alone.
  close: [],
};

export class Faults implements Mishaps {
  readonly counts = new Map<FaultKind, number>();
  /** From then on nothing goes wrong any more, and nothing is late. */
  areOver: boolean = false;
  readonly #rates = new Map<FaultKind, number>();
  readonly #scheduler: () => Scheduler;

  /** `kinds`: what may happen in this run, each with its likelihood at each occasion. */
  constructor(rates: ReadonlyMap<FaultKind, number>, scheduler: () => Scheduler) {
    this.#rates = new Map(rates);
    this.#scheduler = scheduler;
  }

  readonly fates: Fates = (step: Step, pastDelays): Fate => {
    if (pastDelays === 0 && this.#occurs('delayed')) return 'delayed';
    for (const fate of ['killed-before', 'killed-after'] as const) if (this.#occurs(fate)) return fate;
    const kind = FAILING[step.kind].find((one) => this.#occurs(one));
    return kind === undefined ? 'served' : FAILURES_OF[kind];
  };

  readonly disconnects = (): readonly number[] => {
    if (this.#occurs('disconnect-lost')) return [];
    const delay = () =>
      this.#occurs('disconnect-late') ? this.#scheduler().pick([3_000, 20_000, 35_000, 170_000, 400_000]) : 0;
    return this.#occurs('disconnect-doubled') ? [delay(), delay()] : [delay()];
  };

  readonly invocations = (): readonly number[] => {
    const delay = () =>
      this.#occurs('invocation-late') ? this.#scheduler().pick([300, 2_000, 9_000]) : this.#scheduler().between(5, 60);
    return this.#occurs('invocation-doubled') ? [delay(), delay()] : [delay()];
  };

  readonly repeatsBatch = (): boolean => this.#occurs('batch-repeated');
  readonly sweepRuns = (): number => (this.#occurs('sweep-lost') ? 0 : this.#occurs('sweep-doubled') ? 2 : 1);

  readonly skewMs = (): number =>
    this.#occurs('clock-skew') ? this.#scheduler().between(-SKEW_MAX_MS, SKEW_MAX_MS) : 0;

  /** How many versions an eventually consistent read is behind. */
  readonly staleness = (): number => (this.#occurs('stale-read') ? this.#scheduler().between(1, 3) : 0);

  #occurs(kind: FaultKind): boolean {
    const rate = this.#rates.get(kind) ?? 0;
    if (this.areOver || !this.#scheduler().happens(rate)) return false;
    this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1);
    return true;
  }
}

/** A run's own mix: some runs without any fault, some with one kind, some with many. */
export function mixOf(scheduler: Pick<Scheduler, 'random' | 'happens' | 'pick'>): ReadonlyMap<FaultKind, number> {
  const rates = new Map<FaultKind, number>(ORDINARY.map((kind) => [kind, scheduler.pick([0, 0.02, 0.15, 0.5])]));
  const kinds = FAULT_KINDS.filter((kind) => !ORDINARY.includes(kind));
  const mix = scheduler.pick(['none', 'one', 'few', 'all'] as const);
  const rateOf = (kind: FaultKind, rate: number) => Math.min(0.6, SELDOM.includes(kind) ? 12 * rate : rate);
  const set = (kind: FaultKind, among: readonly number[]) => rates.set(kind, rateOf(kind, scheduler.pick(among)));
  if (mix === 'one') set(scheduler.pick(kinds), [0.02, 0.1, 0.3]);
  if (mix === 'few') for (const kind of kinds) if (scheduler.happens(0.25)) set(kind, [0.01, 0.05]);
  if (mix === 'all') for (const kind of kinds) set(kind, [0.005, 0.02]);
  return rates;
}
