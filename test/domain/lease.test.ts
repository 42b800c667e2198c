import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  BUCKET_MS,
  endOfBucket,
  HALF_SPENT_MS,
  isHalfSpent,
  LEASE_MS,
  leaseFrom,
  silentSince,
} from '../../lib/domain/lease.ts';

const startMs = 1_800_000_000_000;

describe('a lease', () => {
  test.each([
    ['fresh', 0, false],
    ['at its half', 77_500, false],
    ['right after its half', 77_501, true],
    ['over', 155_000, true],
    ['long over', 999_999, true],
  ])('%s is half spent, or not', (_what, laterMs, spent) => {
    expect(isHalfSpent(leaseFrom(startMs), startMs + laterMs)).toBe(spent);
  });

  test('was last heard of at its half, where the frame came that needed no renewal yet', () => {
    expect(silentSince(leaseFrom(startMs))).toBe(startMs + 77_500);
  });

  test('that is over means silence for half of it at least, whenever frames came', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 200_000 }), { maxLength: 40 }), (gapsMs) => {
        let [lastFrameMs, leaseUntilMs] = [startMs, leaseFrom(startMs)];
        for (const gapMs of [...gapsMs, 1_000_000]) {
          const nextFrameMs = lastFrameMs + gapMs;
          // Nobody can find it over before leaseUntilMs, nor later than the next frame, which renews it.
          if (nextFrameMs >= leaseUntilMs) {
            expect(lastFrameMs).toBeLessThanOrEqual(silentSince(leaseUntilMs));
            expect(leaseUntilMs - lastFrameMs).toBeGreaterThanOrEqual(LEASE_MS - HALF_SPENT_MS);
          }
          lastFrameMs = nextFrameMs;
          if (isHalfSpent(leaseUntilMs, nextFrameMs)) leaseUntilMs = leaseFrom(nextFrameMs);
          expect(leaseUntilMs).toBeGreaterThan(nextFrameMs);
        }
      }),
    );
  });

  test('is never over while each silence is shorter than its other half, and is written once in its first half', () => {
    const gapMs = fc.integer({ min: 0, max: LEASE_MS - HALF_SPENT_MS - 1 });
    fc.assert(
      fc.property(fc.array(gapMs, { maxLength: 60 }), (gapsMs) => {
        let [nowMs, renewedMs] = [startMs, startMs];
        for (const gap of gapsMs) {
          nowMs += gap;
          expect(nowMs).toBeLessThan(leaseFrom(renewedMs));
          if (!isHalfSpent(leaseFrom(renewedMs), nowMs)) continue;
          expect(nowMs - renewedMs).toBeGreaterThan(HALF_SPENT_MS);
          renewedMs = nowMs;
        }
      }),
    );
  });
});

test('a look that waits for the end of its bucket is never early, and less than a bucket late', () => {
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
