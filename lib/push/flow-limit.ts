/** How many requests may be under way at once. */
export interface FlowLimitOptions {
  readonly most: number;
  /** The limit never falls below. */
  readonly least: number;
  /** After it was halved, the limit stays for so long. */
  readonly holdMs: number;
  /** Ms since 1970. */
  readonly now: () => number;
}

export interface FlowLimit {
  /** Runs `work` once fewer than the limit are under way; first come, first served. */
  run<T>(work: () => Promise<T>): Promise<T>;
  /** A request was served: the limit grows by one for every limit of them, so by one in a round trip. */
  served(): void;
  /**
   * A request to `target` was throttled: the limit is halved, once in `holdMs`. API Gateway also answers 429 where one
   * client does not read; a target that is throttled alone within `holdMs` therefore halves nothing, or one client would
   * slow down all.
   */
  throttled(target: string): void;
  /** Whole requests. */
  current(): number;
}

/** Additive increase, multiplicative decrease, as in TCP: requests approach what the service takes and stay below it. */
export function createFlowLimit({ most, least, holdMs, now }: FlowLimitOptions): FlowLimit {
  let limit = most;
  let underWay = 0;
  let heldUntilMs = 0;
  let last: { readonly target: string; readonly atMs: number } | undefined;
  const waiting = new Set<() => void>();
  const current = () => Math.floor(limit);
  const admit = () => {
    for (const start of waiting) {
      if (underWay >= current()) return;
      waiting.delete(start);
      underWay += 1;
      start();
    }
  };
  const enter = (): Promise<void> =>
    new Promise((resolve) => {
      waiting.add(resolve);
      admit();
    });
  return {
    run: async (work) => {
      await enter();
      try {
        return await work();
      } finally {
        underWay -= 1;
        admit();
      }
    },
    served: () => {
      if (limit < most && now() >= heldUntilMs) limit = Math.min(most, limit + 1 / limit);
    },
    throttled: (target) => {
      const nowMs = now();
      const isAlone = last === undefined || last.target === target || nowMs - last.atMs >= holdMs;
      last = { target, atMs: nowMs };
      if (isAlone || nowMs < heldUntilMs) return;
      heldUntilMs = nowMs + holdMs;
      limit = Math.max(least, current() / 2);
    },
    current,
  };
}
