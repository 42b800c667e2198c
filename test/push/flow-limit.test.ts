import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFlowLimit } from '../../lib/push/flow-limit.ts';

const HOLD_MS = 2_000;

function startLimit(most: number, least = 1) {
  const clock = { nowMs: 1_000_000 };
  const limit = createFlowLimit({ most, least, holdMs: HOLD_MS, now: () => clock.nowMs });
  const throttle = () => {
    limit.throttled('one');
    limit.throttled('other');
  };
  const serve = (times: number) => {
    for (let served = 0; served < times; served += 1) limit.served();
  };
  return { limit, clock, throttle, serve };
}

describe('the limit of requests under way', () => {
  it('is halved once in the hold, and never below the least', () => {
    const { limit, clock, throttle } = startLimit(100, 20);
    throttle();
    throttle();
    expect(limit.current()).toBe(50);
    clock.nowMs += HOLD_MS - 1;
    throttle();
    expect(limit.current()).toBe(50);
    clock.nowMs += 1;
    throttle();
    expect(limit.current()).toBe(25);
    clock.nowMs += HOLD_MS;
    throttle();
    expect(limit.current()).toBe(20);
  });

  it('stays through the hold, then grows by one with each round trip, up to the most', () => {
    const { limit, clock, throttle, serve } = startLimit(16);
    throttle();
    serve(100);
    expect(limit.current()).toBe(8);
    clock.nowMs += HOLD_MS;
    serve(8);
    expect(limit.current()).toBe(8);
    serve(1);
    expect(limit.current()).toBe(9);
    serve(1_000);
    expect(limit.current()).toBe(16);
  });

  it('is not halved by one client that does not read', () => {
    const { limit } = startLimit(16);
    for (let times = 0; times < 100; times += 1) limit.throttled('one');
    expect(limit.current()).toBe(16);
    limit.throttled('other');
    expect(limit.current()).toBe(8);
  });

  it('is not halved by two clients of which the other one was throttled long ago', () => {
    const { limit, clock } = startLimit(16);
    limit.throttled('one');
    clock.nowMs += HOLD_MS;
    limit.throttled('other');
    expect(limit.current()).toBe(16);
    clock.nowMs += HOLD_MS - 1;
    limit.throttled('one');
    expect(limit.current()).toBe(8);
  });

  it('starts in the order of arrival, as many as it allows, whatever fails', async () => {
    const task = fc.record({ fails: fc.boolean(), throttles: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 6 }), fc.array(task, { maxLength: 40 }), async (most, tasks) => {
        const { limit, throttle } = startLimit(most);
        const started: number[] = [];
        let underWay = 0;
        const run = ({ fails, throttles }: { fails: boolean; throttles: boolean }, index: number) =>
          limit.run(async () => {
            started.push(index);
            underWay += 1;
            expect(underWay).toBeLessThanOrEqual(limit.current());
            await Promise.resolve();
            underWay -= 1;
            if (throttles && underWay === 0) throttle();
            if (fails) throw new Error('failed');
            return index;
          });
        const results = await Promise.allSettled(tasks.map(run));
        expect(started).toEqual(tasks.map((_, index) => index));
        expect(results.map(({ status }) => status)).toEqual(
          tasks.map(({ fails }) => (fails ? 'rejected' : 'fulfilled')),
        );
      }),
    );
  });
});
