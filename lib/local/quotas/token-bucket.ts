import type { Throttle } from '../template/local-api.ts';

/** A bucket that is full at first, and fills with the rate up to the burst. */
export interface TokenBucket {
  /** Takes a token, unless there is none. */
  take(): boolean;
  /** Puts back a token that was not used. */
  putBack(): void;
}

/** Creates a bucket on this clock, in milliseconds; when the clock is put back, the bucket just does not fill. */
export function createTokenBucket({ ratePerSec, burst }: Throttle, now: () => number): TokenBucket {
  let tokens = burst;
  let filledAtMs = now();
  const fill = (): void => {
    const nowMs = now();
    tokens = Math.min(burst, tokens + (Math.max(0, nowMs - filledAtMs) * ratePerSec) / 1000);
    filledAtMs = nowMs;
  };
  return {
    take: () => {
      fill();
      if (tokens < 1) return false;
      tokens -= 1;
      return true;
    },
    putBack: () => {
      tokens = Math.min(burst, tokens + 1);
    },
  };
}
