import type { Timers } from '../../lib/client/types.ts';

interface Timer {
  readonly id: number;
  readonly atMs: number;
  readonly run: () => void;
}

/** Real timers hold a delay in 32 bits; one that is longer runs out at once. */
const DELAY_MAX_MS = 2 ** 31 - 1;

/** Timers that move only when the test says so; what is due at once still runs by itself. */
export class VirtualTimers implements Timers {
  nowMs = 1_000_000;
  #last = 0;
  readonly #timers = new Map<number, Timer>();

  /** How many are still to run. */
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

  /** Moves on to the next timer that is due by then and runs it; without one moves on to then and says so. */
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
