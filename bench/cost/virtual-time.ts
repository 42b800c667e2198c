interface Due {
  readonly atMs: number;
  readonly go: () => void;
}

/** Runs tasks over a time of their own: one at a time, each until it ends or sleeps, so that nothing depends on speed. */
export class VirtualTime {
  #nowMs: number;
  #due: Due[] = [];
  #paused: () => void = () => {};
  #fault: { readonly cause: unknown } | undefined;

  constructor(startMs: number) {
    this.#nowMs = startMs;
  }

  readonly now = (): number => this.#nowMs;

  readonly sleep = (spanMs: number): Promise<void> =>
    new Promise((resolve) => {
      this.#due.push({ atMs: this.#nowMs + spanMs, go: resolve });
      this.#paused();
    });

  /** Begins this task at that time, or now if that is over. */
  start(atMs: number, task: () => Promise<unknown>): void {
    const go = () =>
      void task()
        .catch((cause: unknown) => {
          this.#fault ??= { cause };
        })
        .then(() => this.#paused());
    this.#due.push({ atMs, go });
  }

  /** Until nothing is left to do. */
  async run(): Promise<void> {
    for (;;) {
      const next = this.#due.reduce<Due | undefined>(
        (first, one) => (first === undefined || one.atMs < first.atMs ? one : first),
        undefined,
      );
      if (next === undefined) return;
      this.#due = this.#due.filter((one) => one !== next);
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      await new Promise<void>((resolve) => {
        this.#paused = resolve;
        next.go();
      });
      if (this.#fault !== undefined) throw this.#fault.cause;
    }
  }
}
