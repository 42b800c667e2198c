import { describe, expect, it } from 'vitest';
import { createIam } from '../../../lib/local/iam/iam.ts';
import { type AsyncDelivery, AsyncQueue } from '../../../lib/local/invocations/async-queue.ts';
import type { InvokeResult } from '../../../lib/local/lambda/invoke.ts';
import { createQueues } from '../../../lib/local/queues/queues.ts';
import { defaultAsyncInvoke, type LocalAsyncInvoke } from '../../../lib/local/template/local-async-invoke.ts';
import type { LocalFunction } from '../../../lib/local/template/local-function.ts';
import { describeStack } from '../../../lib/local/template/stack-description.ts';
import { asyncTemplate } from './async-stack.ts';

const stack = describeStack(asyncTemplate, 'Events', '/assets');
const done: InvokeResult = { ok: true, payload: null };
const failed: InvokeResult = { ok: false, errorType: 'Error', errorMessage: 'no' };
const throttled: InvokeResult = { ok: false, errorType: 'T', errorMessage: 'busy', throttled: true };

/** A queue of events whose function and clock the test controls. */
function createQueue(
  answers: InvokeResult[],
  {
    fn: ownFn = {},
    delivery = ((deliver) => deliver()) as AsyncDelivery,
    ...ownRules
  }: Partial<LocalAsyncInvoke> & {
    fn?: Partial<LocalFunction>;
    delivery?: AsyncDelivery;
  } = {},
) {
  const [fn] = stack.functions;
  if (fn === undefined) throw new Error('unable to test; the template has no function');
  const clock = { nowMs: 0 };
  const waits: { readonly delayMs: number; readonly run: () => void; cancelled: boolean }[] = [];
  const after = (delayMs: number, run: () => void): (() => void) => {
    const wait = { delayMs, run, cancelled: false };
    waits.push(wait);
    return () => {
      wait.cancelled = true;
    };
  };
  const events: unknown[] = [];
  const lines: string[] = [];
  const queues = createQueues({ queues: stack.queues, now: () => clock.nowMs, randomId: () => 'id', after });
  const queue = new AsyncQueue({
    fn: { ...fn, ...ownFn },
    rules: { ...defaultAsyncInvoke(fn.logicalId), ...ownRules },
    onFailure: queues.find('LostEvents'),
    iam: createIam(stack.functions),
    invoke: async (_functionId, event) => {
      events.push(event);
      return answers.shift() ?? done;
    },
    delivery,
    now: () => clock.nowMs,
    after,
    log: (line) => lines.push(line),
  });
  const reports = () => (queues.find('LostEvents')?.messages() ?? []).map(({ body }) => JSON.parse(body));
  return { queue, clock, waits, events, lines, reports };
}

/** Resolves when everything that needs no timer has run. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('the events of a function', () => {
  it('are retried after one minute and after two', async () => {
    const { queue, waits, events, reports } = createQueue([failed, failed, failed]);
    queue.add('a', 'r');
    for (const count of [0, 1]) {
      await settled();
      waits[count]?.run();
    }
    await settled();
    expect(waits.map(({ delayMs }) => delayMs)).toEqual([60_000, 120_000]);
    expect(events).toEqual(['a', 'a', 'a']);
    expect(reports()).toMatchObject([{ requestContext: { condition: 'RetriesExhausted', approximateInvokeCount: 3 } }]);
  });

  it('are retried as often as the template says', async () => {
    const { queue, waits, reports } = createQueue([failed], { maxRetries: 0 });
    queue.add('a', 'r');
    await settled();
    expect([waits.length, reports().length]).toEqual([0, 1]);
  });

  it('back off from one second to five minutes when they are throttled, which is no failure', async () => {
    const { queue, waits, events, reports } = createQueue([...Array.from({ length: 12 }, () => throttled), failed]);
    queue.add('a', 'r');
    for (let count = 0; count < 12; count += 1) {
      await settled();
      waits[count]?.run();
    }
    await settled();
    const delays = [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300].map((delaySec) => delaySec * 1000);
    expect(waits.map(({ delayMs }) => delayMs)).toEqual([...delays, 60_000]);
    expect([events.length, reports().length]).toEqual([13, 0]);
  });

  it('are given up at their maximum age, before they run again', async () => {
    const { queue, clock, waits, events, reports } = createQueue([throttled, failed], { maxEventAgeMs: 60_000 });
    queue.add('a', 'r');
    await settled();
    clock.nowMs = 59_999;
    waits[0]?.run();
    await settled();
    clock.nowMs = 60_000;
    waits[1]?.run();
    await settled();
    expect(events).toHaveLength(2);
    expect(reports()).toMatchObject([{ requestContext: { condition: 'EventAgeExceeded', approximateInvokeCount: 1 } }]);
  });

  it('are given up immediately when the function may not run', async () => {
    const { queue, waits, reports } = createQueue([throttled], { fn: { reservedConcurrency: 0 } });
    queue.add('a', 'r');
    await settled();
    expect([waits, reports().map(({ requestContext }) => requestContext.condition)]).toEqual([
      [],
      ['ZeroReservedConcurrency'],
    ]);
    expect(reports()[0]).not.toHaveProperty('responseContext');
  });

  it('settle: throttled ones run as long as others get an environment, and retries go on waiting', async () => {
    const { queue, waits, events } = createQueue([failed, throttled, throttled, done, throttled, done]);
    for (const event of ['retry', 'b', 'c']) queue.add(event, event);
    await queue.settle();
    expect(events).toEqual(['retry', 'b', 'c', 'b', 'c', 'c']);
    expect(waits.filter(({ cancelled }) => !cancelled).map(({ delayMs }) => delayMs)).toEqual([60_000]);
  });

  it('settle although no environment is free', async () => {
    const { queue, events } = createQueue(Array.from({ length: 9 }, () => throttled));
    queue.add('a', 'r');
    await queue.settle();
    expect(events).toHaveLength(2);
  });

  it('do not run after stop', async () => {
    const { queue, waits, events } = createQueue([failed]);
    queue.add('a', 'r');
    await settled();
    await queue.stop();
    queue.add('b', 'r');
    await queue.runRetries();
    expect([events, waits.map(({ cancelled }) => cancelled)]).toEqual([['a'], [true]]);
  });

  it('are reported in the log when a test fails to deliver them, or when their report is too long', async () => {
    const { queue, lines } = createQueue([], { delivery: () => Promise.reject(new Error('test')) });
    queue.add('a', 'r');
    const long = createQueue([failed], { maxRetries: 0 });
    long.queue.add('x'.repeat(1024 * 1024), 'r');
    await settled();
    expect(lines).toEqual([expect.stringMatching(/^unable to deliver an event to .*; Error: test$/)]);
    expect(long.lines.at(-1)).toMatch(/unable to report the event; InvalidParameterValueException/);
  });
});
