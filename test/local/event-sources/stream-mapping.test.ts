import { describe, expect, it } from 'vitest';
import { StreamMapping } from '../../../lib/local/event-sources/stream-mapping.ts';
import type { InvokeResult } from '../../../lib/local/lambda/invoke.ts';
import { createQueues } from '../../../lib/local/queues/queues.ts';
import { type StreamRecord, toStreamRecord } from '../../../lib/local/streams/stream-record.ts';
import type { LocalStreamSource } from '../../../lib/local/template/local-event-source.ts';
import { describeStack } from '../../../lib/local/template/stack-description.ts';
import { eventTemplate } from '../event-stack.ts';

const stack = describeStack(eventTemplate, 'Events', '/assets');
const fail = { ok: false, errorType: 'Error', errorMessage: 'no' } as const;

function recordOf(id: string): StreamRecord {
  const dynamodb = { Keys: { pk: { S: id } }, SequenceNumber: id, ApproximateCreationDateTime: 0 };
  return toStreamRecord({ eventName: 'INSERT', dynamodb }, { arn: 'arn:stream', viewType: 'KEYS_ONLY' });
}

/** A mapping whose stream, function and clock are in the hands of the test. */
function makeMapping(more: Partial<LocalStreamSource>, read: () => Promise<StreamRecord[]>) {
  const source = stack.eventSources[1];
  const [fn] = stack.functions;
  if (source?.kind !== 'stream' || fn === undefined)
    throw new Error('unable to test; the template has no such mapping');
  const clock = { nowMs: 0 };
  const after = (delayMs: number, run: () => void): (() => void) => {
    waits.push({ delayMs, run });
    return () => {};
  };
  const waits: { readonly delayMs: number; readonly run: () => void }[] = [];
  const given: string[] = [];
  const answers: InvokeResult[] = [];
  const lines: string[] = [];
  const queues = createQueues({ queues: stack.queues, now: () => clock.nowMs, randomId: () => 'id', after });
  const mapping = new StreamMapping({
    source: { ...source, ...more },
    fn,
    reader: { shardId: 's', read, onWrite: () => {} },
    onFailure: queues.find('Losses'),
    invoke: async (_functionId, event) => {
      given.push((event as { Records: StreamRecord[] }).Records.map(({ dynamodb }) => dynamodb.SequenceNumber).join());
      return answers.shift() ?? { ok: true, payload: null };
    },
    now: () => clock.nowMs,
    randomId: () => 'id',
    after,
    log: (line) => lines.push(line),
  });
  return { mapping, clock, waits, given, answers, lines, losses: () => queues.find('Losses')?.messages() ?? [] };
}

/** A stream that gives these pieces, one for each read. */
const pieces =
  (...records: (StreamRecord[] | Error)[]) =>
  async (): Promise<StreamRecord[]> => {
    const next = records.shift() ?? [];
    if (next instanceof Error) throw next;
    return next;
  };

/** All that can run without a timer has run. */
const quiet = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('a mapping over a stream', () => {
  it('reads again when it was woken while it read', async () => {
    const reads = { count: 0 };
    const { mapping, given } = makeMapping({}, async () => {
      const count = ++reads.count;
      await quiet();
      if (count === 1) mapping.wake();
      return count === 2 ? [recordOf('1')] : [];
    });
    mapping.wake();
    for (let turn = 0; turn < 5; turn += 1) await quiet();
    expect(given).toEqual(['1']);
  });

  it('waits longer from try to try, and begins anew with the next batch', async () => {
    const endless = { maxRetries: Number.POSITIVE_INFINITY, bisects: false };
    const { mapping, waits, given, answers } = makeMapping(endless, pieces([recordOf('1')], [recordOf('2')]));
    answers.push(fail, fail, fail, { ok: true, payload: null }, fail);
    mapping.wake();
    for (let count = 0; count < 4; count += 1) {
      await quiet();
      waits[count]?.run();
    }
    await quiet();
    expect(waits.map(({ delayMs }) => delayMs)).toEqual([50, 100, 200, 50]);
    expect(given).toEqual(['1', '1', '1', '1', '2', '2']);
  });

  it('gives up records that have become too old, and says so', async () => {
    const limits = { maxRetries: Number.POSITIVE_INFINITY, maxRecordAgeMs: 60_000, bisects: false };
    const { mapping, clock, given, answers, losses } = makeMapping(limits, pieces([recordOf('1')], [recordOf('2')]));
    answers.push(fail, fail);
    mapping.wake();
    await quiet();
    clock.nowMs = 60_000;
    await mapping.settle();
    expect(given).toEqual(['1', '1', '2']);
    expect(losses().map(({ body }) => JSON.parse(body).requestContext.condition)).toEqual(['RecordAgeExpired']);
  });

  it('settles after ten failures of what may fail for ever, and leaves it to wait', async () => {
    const { mapping, waits, given, answers } = makeMapping(
      { maxRetries: Number.POSITIVE_INFINITY },
      pieces([recordOf('1')]),
    );
    answers.push(...Array.from({ length: 20 }, () => fail));
    await mapping.settle();
    expect([given.length, waits.length]).toEqual([10, 1]);
  });

  it('tries again when it could not read', async () => {
    const { mapping, given, lines } = makeMapping({}, pieces(new Error('gone'), [recordOf('1')]));
    await mapping.settle();
    expect([given, lines]).toEqual([['1'], ['AuditorMapping: gone']]);
  });

  it('does nothing more once it is stopped, and lets nobody wait for it', async () => {
    const { mapping, given, answers } = makeMapping({}, pieces([recordOf('1')], [recordOf('2')]));
    answers.push(fail);
    mapping.wake();
    await quiet();
    await mapping.stop();
    await mapping.settle();
    expect(given).toEqual(['1']);
  });
});
