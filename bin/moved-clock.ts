/** A clock that can be moved ahead, so that nobody has to wait. */
export interface MovedClock {
  /** ms since 1970 */
  readonly now: () => number;
  readonly moveAhead: (ms: number) => void;
}

export function createMovedClock(now: () => number): MovedClock {
  let aheadMs = 0;
  return {
    now: () => now() + aheadMs,
    moveAhead: (ms) => {
      aheadMs += ms;
    },
  };
}
