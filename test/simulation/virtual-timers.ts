/*
 * Models the timers of a platform, and with them time itself.
 * Clock: this is the clock. `nowMs` stands still until the test calls `advance` or `step`. Chance: none; of two timers
 * for the same ms the older one runs first.
 */

import type { Timers } from '../../lib/client/index.ts';

interface Timer {
  readonly id: number;
  readonly atMs: number;
  readonly run: () => void;
}

export const MINUTE_MS = 60_000;

/** Real timers keep a delay in 32 bits; a longer one fires at once. */
const DELAY_MAX_MS = 2 ** 31 - 1;

/** Timers whose time moves only when the test moves it; a delay of 0 runs in the next microtask, without a move. */
export class VirtualTimers implements Timers {
  nowMs: number;
  #last = 0;
  readonly #timers = new Map<number, Timer>();

  constructor(startMs = 1_000_000) {
    this.nowMs = startMs;
  }

  /** How many timers are pending. */
  get size(): number {
    return this.#timers.size;
  }

  setTimeout(run: () => void, delayMs: number): number {
    this.#last += 1;
    const timer = { id: this.#last, atMs: this.nowMs + (delayMs > DELAY_MAX_MS ? 1 : delayMs), run };
    this.#timers.set(timer.id, timer);
    if (delayMs === 0) queueMicrotask(() => this.#fire(timer));
    return timer.id;
  }

  clearTimeout(timer: unknown): void {
    this.#timers.delete(timer as number);
  }

  advance(ms: number): void {
    const endMs = this.nowMs + ms;
    while (this.step(endMs)) {}
  }

  /** Moves by one ms at a time until a condition holds. */
  advanceUntil(holds: () => boolean): void {
    while (!holds()) this.advance(1);
  }

  /** Moves to the next timer up to `endMs` and runs it. Without one it moves to `endMs` and returns false. */
  step(endMs: number): boolean {
    let next: Timer | undefined;
    for (const timer of this.#timers.values()) if (next === undefined || timer.atMs < next.atMs) next = timer;
    if (next === undefined || next.atMs > endMs) {
      this.nowMs = Math.max(this.nowMs, endMs);
      return false;
    }
    this.nowMs = Math.max(this.nowMs, next.atMs);
    this.#fire(next);
    return true;
  }

  #fire(timer: Timer): void {
    if (this.#timers.delete(timer.id)) timer.run();
  }
}
