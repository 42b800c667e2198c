import type { Timers } from '../../lib/client/types.ts';

/** Timers that move only when the test says so; what is due at once still runs by itself. */
export class VirtualTimers implements Timers {
  nowMs = 1_000_000;
  #last = 0;
  readonly #timers = new Map<number, { readonly atMs: number; readonly run: () => void }>();

  setTimeout(run: () => void, delayMs: number): number {
    this.#last += 1;
    const timer = this.#last;
    this.#timers.set(timer, { atMs: this.nowMs + delayMs, run });
    if (delayMs === 0) queueMicrotask(() => this.#fire(timer));
    return timer;
  }

  clearTimeout(timer: unknown): void {
    this.#timers.delete(timer as number);
  }

  advance(ms: number): void {
    const endMs = this.nowMs + ms;
    for (;;) {
      const due = [...this.#timers].filter(([, { atMs }]) => atMs <= endMs).sort((a, b) => a[1].atMs - b[1].atMs)[0];
      if (due === undefined) break;
      this.nowMs = due[1].atMs;
      this.#fire(due[0]);
    }
    this.nowMs = endMs;
  }

  #fire(timer: number): void {
    const found = this.#timers.get(timer);
    this.#timers.delete(timer);
    found?.run();
  }
}
