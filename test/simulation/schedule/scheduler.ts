/*
 * Models chance and time for a whole deployment: which waiting step completes next, what becomes of it, and when timers
 * fire. Clock: its own, virtual. Chance: the `random` that it gets is the only one.
 */

import type { Failure, StepKind } from './service-errors.ts';

/** One invocation of a Lambda. Once it is dead nothing of it goes on. */
export interface Process {
  readonly id: number;
  readonly name: string;
  readonly startedAtMs: number;
  isDead: boolean;
}

/** A call that leaves a process: to the table, to a connection or to a queue. */
export interface Step {
  readonly process: Process;
  readonly kind: StepKind;
  /** For the story of a failure. */
  readonly label: string;
  /** Does it, at the moment at which it is called; throws what the service answers as an error. */
  readonly apply: () => unknown;
  /** What the caller gets where the call fails. */
  readonly failWith: (failure: Failure) => unknown;
}

export type Fate = 'served' | 'delayed' | 'killed-before' | 'killed-after' | Failure;

/** Decides what becomes of a step that is about to complete. */
export type Fates = (step: Step, pastDelays: number) => Fate;

interface Waiting extends Step {
  readonly resolve: (value: unknown) => void;
  readonly reject: (reason: unknown) => void;
  delays: number;
}

interface Timer {
  readonly atMs: number;
  readonly order: number;
  readonly run: () => void;
}

export interface SchedulerOptions {
  readonly random: () => number;
  readonly startMs: number;
  readonly fates: Fates;
  /** How likely a timer overtakes waiting steps, each time that one is chosen. */
  readonly overtaking: () => number;
  readonly onStep: (step: Step, fate: Fate) => void;
}

const DELAYS_MS = [1, 4, 20, 80, 300, 2_000, 9_000, 25_000];

export class Scheduler {
  nowMs: number;
  steps: number = 0;
  readonly random: () => number;
  readonly #options: SchedulerOptions;
  #waiting: Waiting[] = [];
  #timers: Timer[] = [];
  #orders = 0;

  constructor(options: SchedulerOptions) {
    this.nowMs = options.startMs;
    this.random = options.random;
    this.#options = options;
  }

  /** Waits until the step is chosen; never settles for a process that is dead by then. */
  step<T>(step: Step): Promise<T> {
    if (step.process.isDead) return new Promise(() => {});
    return new Promise((resolve, reject) => {
      this.#waiting.push({ ...step, resolve: resolve as (value: unknown) => void, reject, delays: 0 });
    });
  }

  /** Runs it after the time, unless its process is dead by then. */
  after(delayMs: number, run: () => void, process?: Process): void {
    const guarded = process === undefined ? run : () => void (process.isDead || run());
    this.#orders += 1;
    // Clocks have whole milliseconds.
    const timer = { atMs: this.nowMs + Math.ceil(Math.max(0, delayMs)), order: this.#orders, run: guarded };
    const at = this.#timers.findIndex((other) => other.atMs > timer.atMs);
    this.#timers.splice(at === -1 ? this.#timers.length : at, 0, timer);
  }

  sleep(pauseMs: number, process: Process): Promise<void> {
    return new Promise((resolve) => this.after(pauseMs, resolve, process));
  }

  kill(process: Process): void {
    process.isDead = true;
    this.#waiting = this.#waiting.filter((step) => step.process !== process);
  }

  /** A whole number from `from` up to `to`, both included. */
  between(from: number, to: number): number {
    return from + Math.floor(this.random() * (to - from + 1));
  }

  pick<T>(values: readonly T[]): T {
    const value = values[this.between(0, values.length - 1)];
    if (value === undefined) throw new Error('unable to pick; there is nothing');
    return value;
  }

  happens(probability: number): boolean {
    return probability > 0 && this.random() < probability;
  }

  /** Goes on until nothing waits and no timer is due up to `endMs`; then it is `endMs`. */
  async runTo(endMs: number): Promise<void> {
    for (;;) {
      // All promises that can settle have settled by then: each process waits for a step or a timer.
      await new Promise(setImmediate);
      const [timer] = this.#timers;
      const isTimerDue = timer !== undefined && timer.atMs <= endMs;
      if (this.#waiting.length === 0 && !isTimerDue) break;
      const isOvertaken = isTimerDue && this.happens(this.#options.overtaking());
      if (this.#waiting.length > 0 && !isOvertaken) this.#completeOne();
      else if (isTimerDue) this.#fire(timer);
    }
    this.nowMs = Math.max(this.nowMs, endMs);
  }

  #fire(timer: Timer): void {
    this.#timers.shift();
    this.nowMs = Math.max(this.nowMs, timer.atMs);
    timer.run();
  }

  #completeOne(): void {
    const index = this.between(0, this.#waiting.length - 1);
    const [step] = this.#waiting.splice(index, 1);
    if (step === undefined) return;
    const fate = this.#options.fates(step, step.delays);
    this.steps += 1;
    this.#options.onStep(step, fate);
    if (this.happens(0.2)) this.nowMs += this.between(1, 6);
    this.#complete(step, fate);
  }

  #complete(step: Waiting, fate: Fate): void {
    switch (fate) {
      case 'delayed': {
        step.delays += 1;
        this.after(this.pick(DELAYS_MS), () => this.#waiting.push(step), step.process);
        return;
      }
      case 'killed-before':
        this.kill(step.process);
        return;
      case 'killed-after':
        quietly(step.apply);
        this.kill(step.process);
        return;
      case 'served':
        settle(step);
        return;
    }
    if (fate.isApplied) quietly(step.apply);
    step.reject(step.failWith(fate));
  }
}

function settle({ apply, resolve, reject }: Waiting): void {
  try {
    resolve(apply());
  } catch (error) {
    reject(error);
  }
}

/** What it answers reaches nobody. */
function quietly(apply: () => unknown): void {
  try {
    apply();
  } catch {
    // The error reaches nobody either.
  }
}
