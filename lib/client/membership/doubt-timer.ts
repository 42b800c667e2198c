import type { Timers } from '../core/deps.ts';

/** A Lambda runs for 29 s at most, and 10 s of them have passed when an answer is missed. */
const SERVED_MS = 20_000;
/** By then no push that was sent before the end of a membership is still on its way. */
const IN_FLIGHT_MS = 15_000;

/** The kinds of the frames without an answer. */
type Doubts = ReadonlySet<'join' | 'leave'>;

/** What a doubt timer needs. */
export interface DoubtTimerDeps {
  /** A join or a leave waits or is under way: wait for it too. */
  readonly isMoving: () => boolean;
  /** From now on nothing sent before can change anything. */
  readonly passed: (unanswered: Doubts) => void;
}

/** Waits until the server can no longer be busy with what it was sent, or what it sent be on its way. */
export class DoubtTimer {
  readonly #timers: Timers;
  readonly #deps: DoubtTimerDeps;
  #unanswered = new Set<'join' | 'leave'>();
  #timer: unknown;

  constructor(timers: Timers, deps: DoubtTimerDeps) {
    this.#timers = timers;
    this.#deps = deps;
  }

  get isRunning(): boolean {
    return this.#timer !== undefined;
  }

  /** A membership has ended. */
  ended(): void {
    if (!this.isRunning) this.#start(IN_FLIGHT_MS);
  }

  /** A frame of this kind has no answer: the server may serve it yet. */
  unanswered(kind: 'join' | 'leave'): void {
    this.#unanswered.add(kind);
    this.#start(SERVED_MS);
  }

  stop(): void {
    this.#timers.clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#unanswered = new Set();
  }

  #start(delayMs: number): void {
    this.#timers.clearTimeout(this.#timer);
    this.#timer = this.#timers.setTimeout(() => this.#fired(), delayMs);
  }

  #fired(): void {
    if (this.#deps.isMoving()) {
      this.#start(SERVED_MS);
      return;
    }
    const unanswered = this.#unanswered;
    this.stop();
    this.#deps.passed(unanswered);
  }
}
