import { describe, expect, it } from 'vitest';
import type { Invoke, InvokeResult } from '../../../lib/local/lambda/invoke.ts';
import { awsQuotas } from '../../../lib/local/quotas/account-quotas.ts';
import { limitRuns } from '../../../lib/local/quotas/limit-runs.ts';
import { limitWait } from '../../../lib/local/quotas/limit-wait.ts';
import { createThrottles } from '../../../lib/local/quotas/throttles.ts';
import { createTokenBucket } from '../../../lib/local/quotas/token-bucket.ts';
import type { LocalFunction } from '../../../lib/local/template/local-function.ts';

/** How many of these calls are taken. */
const taken = (calls: number, take: () => boolean): number =>
  Array.from({ length: calls }, take).filter(Boolean).length;

describe('a token bucket', () => {
  it('takes its burst at once, then the rate, and never more than the burst', () => {
    const clock = { nowMs: 1000 };
    const bucket = createTokenBucket({ ratePerSec: 4, burst: 3 }, () => clock.nowMs);
    expect(taken(5, bucket.take)).toBe(3);
    clock.nowMs += 249;
    expect(bucket.take()).toBe(false);
    clock.nowMs += 1;
    expect(taken(2, bucket.take)).toBe(1);
    clock.nowMs += 60_000;
    expect(taken(9, bucket.take)).toBe(3);
  });

  it('does not fill while its clock is put back', () => {
    const clock = { nowMs: 5000 };
    const bucket = createTokenBucket({ ratePerSec: 1, burst: 1 }, () => clock.nowMs);
    expect(bucket.take()).toBe(true);
    clock.nowMs = 0;
    expect(bucket.take()).toBe(false);
    clock.nowMs = 1000;
    expect(bucket.take()).toBe(true);
  });
});

describe('the throttles of an account', () => {
  const quotas = { ...awsQuotas, requests: { ratePerSec: 1, burst: 4 }, connects: { ratePerSec: 1, burst: 2 } };

  it('let a stage have what its template says, and the account the rest', () => {
    const throttleOf = createThrottles(quotas, () => 0);
    const narrow = throttleOf({ ratePerSec: 1, burst: 1 });
    expect(taken(5, narrow.request)).toBe(1);
    // What the stage refused took nothing from the account.
    expect(taken(5, throttleOf(undefined).request)).toBe(3);
  });

  it('give the stage back what the account refuses', () => {
    const clock = { nowMs: 0 };
    const throttleOf = createThrottles({ ...quotas, requests: { ratePerSec: 1, burst: 1 } }, () => clock.nowMs);
    const narrow = throttleOf({ ratePerSec: 0, burst: 2 });
    expect(taken(3, narrow.request)).toBe(1);
    clock.nowMs += 1000;
    expect(taken(3, narrow.request)).toBe(1);
  });

  it('count calls of @connections for the account alone', () => {
    const narrow = createThrottles(quotas, () => 0)({ ratePerSec: 1, burst: 1 });
    expect([taken(6, narrow.connectionsCall), narrow.request()]).toEqual([4, false]);
  });

  it('limit new connections on their own', () => {
    const throttle = createThrottles(quotas, () => 0)(undefined);
    expect([taken(5, throttle.connect), taken(5, throttle.request)]).toEqual([2, 2]);
  });
});

const fn = (logicalId: string, reservedConcurrency?: number): LocalFunction =>
  ({ logicalId, reservedConcurrency }) as LocalFunction;

/** A function whose runs end when the test says so. */
function createRuns() {
  const ends: ((result: InvokeResult) => void)[] = [];
  const invoke: Invoke = () => new Promise((resolve) => ends.push(resolve));
  return { invoke, ends };
}

const done: InvokeResult = { ok: true, payload: 'done' };

describe('the limit of runs', () => {
  it('throttles what is beyond it, until a run ends', async () => {
    const { invoke, ends } = createRuns();
    const limited = limitRuns(invoke, [fn('A'), fn('B')], 2);
    const first = limited('A', {});
    void limited('B', {});
    expect(await limited('A', {})).toMatchObject({ ok: false, throttled: true });
    ends[0]?.(done);
    expect(await first).toEqual(done);
    void limited('A', {});
    expect(ends).toHaveLength(3);
  });

  it('keeps a reserved concurrency for its function', async () => {
    const { invoke, ends } = createRuns();
    const limited = limitRuns(invoke, [fn('A'), fn('Reserved', 1)], 2);
    void limited('A', {});
    expect(await limited('A', {})).toMatchObject({ throttled: true });
    void limited('Reserved', {});
    expect(ends).toHaveLength(2);
  });
});

describe('the limit of the wait', () => {
  const timers: { readonly delayMs: number; readonly run: () => void }[] = [];
  const cancelled: number[] = [];
  const after = (delayMs: number, run: () => void): (() => void) => {
    timers.push({ delayMs, run });
    return () => cancelled.push(delayMs);
  };

  it('answers for a function that runs too long, whose own answer is lost', async () => {
    const { invoke, ends } = createRuns();
    const waiting = limitWait(invoke, 29_000, after)('A', {});
    expect(timers.at(-1)?.delayMs).toBe(29_000);
    timers.at(-1)?.run();
    ends[0]?.(done);
    expect(await waiting).toMatchObject({ ok: false, errorType: 'IntegrationTimeout', timedOut: true });
  });

  it('leaves no timer behind a function that ends', async () => {
    const { invoke, ends } = createRuns();
    const waiting = limitWait(invoke, 30_000, after)('A', {});
    ends[0]?.(done);
    expect([await waiting, cancelled.at(-1)]).toEqual([done, 30_000]);
  });
});

it('the quotas of AWS', () => {
  expect(awsQuotas).toEqual({
    requests: { ratePerSec: 10_000, burst: 5000 },
    connects: { ratePerSec: 500, burst: 500 },
    concurrentRuns: 1000,
    socketWaitMs: 29_000,
    httpWaitMs: 30_000,
  });
});
