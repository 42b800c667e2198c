import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BUCKET_MS, endOfBucket, isWorthRenewing, leaseFrom, silentSince } from '../../lib/domain/lease.ts';

const startMs = 1_800_000_000_000;

describe('a lease', () => {
  test.each([
    ['fresh', 0, false],
    ['just before its renewal', 19_999, false],
    ['at the time', 20_000, true],
    ['over', 170_000, true],
  ])('%s: whether it is worth renewing', (_what, laterMs, worth) => {
    expect(isWorthRenewing(leaseFrom(startMs), startMs + laterMs)).toBe(worth);
  });

  test('that is over gives a silence that begins no earlier than the last frame', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 200_000 }), { maxLength: 40 }), (gapsMs) => {
        let [lastFrameMs, leaseUntilMs] = [startMs, leaseFrom(startMs)];
        for (const gapMs of [...gapsMs, 1_000_000]) {
          const nextFrameMs = lastFrameMs + gapMs;
          if (nextFrameMs >= leaseUntilMs) expect(lastFrameMs).toBeLessThanOrEqual(silentSince(leaseUntilMs));
          lastFrameMs = nextFrameMs;
          if (isWorthRenewing(leaseUntilMs, nextFrameMs)) leaseUntilMs = leaseFrom(nextFrameMs);
        }
      }),
    );
  });
});

test('a timer at the end of its bucket is never early, and less than a bucket late', () => {
  fc.assert(
    fc.property(fc.nat({ max: 2 * startMs }), (atMs) => {
      const end = endOfBucket(atMs);
      expect(end % BUCKET_MS).toBe(0);
      expect(end - atMs).toBeGreaterThanOrEqual(0);
      expect(end - atMs).toBeLessThan(BUCKET_MS);
      expect(endOfBucket(end)).toBe(end);
    }),
  );
});
