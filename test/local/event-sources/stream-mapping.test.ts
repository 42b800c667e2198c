import { describe, expect, it } from 'vitest';
import { StreamMapping } from '../../../lib/local/event-sources/stream-mapping.ts';
import { createIam } from '../../../lib/local/iam/iam.ts';
import type { InvokeResult } from '../../../lib/local/lambda/invoke.ts';
import { createQueues } from '../../../lib/local/queues/queues.ts';
import { type StreamRecord, toStreamRecord } from '../../../lib/local/streams/stream-record.ts';
import type { StreamReader } from '../../../lib/local/streams/table-streams.ts';
import type { LocalStreamSource } from '../../../lib/local/template/local-event-source.ts';
import { describeStack } from '../../../lib/local/template/stack-description.ts';
import { eventTemplate } from '../event-stack.ts';

const stack = describeStack(eventTemplate, 'Events', '/assets');
const fail = { ok: false, errorType: 'Error', errorMessage: 'no' } as const;

function recordOf(id: string): StreamRecord {
  const dynamodb = { Keys: { pk: { S: id } }, SequenceNumber: id, ApproximateCreationDateTime: 0 };
  return toStreamRecord({ eventName: 'INSERT', dynamodb }, { arn: 'arn:stream', viewType: 'KEYS_ONLY' });
}

/** A mapping whose stream, function and clock the test controls. */
function createMapping(more: Partial<LocalStreamSource>, read: StreamReader['read']) {
  const source = stack.eventSources[1];
  const [fn] = stack.functions;
  if (source?.kind !== 'stream' || fn === undefined)
    throw new Error('unable to test; the template has no such mapping');
  const clock = { nowMs: 0 };
  const after = (delayMs: number, run: () => void): (() => void) => {
    waits.push({ delayMs, run });
    return () => cancelled.push(delayMs);
  };
  const cancelled: number[] = [];
  const waits: { readonly delayMs: number; readonly run: () => void }[] = [];
  const batches: string[] = [];
  const answers: InvokeResult[] = [];
  const lines: string[] = [];
  const queues = createQueues({ queues: stack.queues, now: () => clock.nowMs, randomId: () => 'id', after });
  const mapping = new StreamMapping({
    source: { ...source, ...more },
    fn,
    reader: { shardId: 's', read, onWrite: () => {} },
    onFailure: queues.find('Losses'),
    iam: createIam(stack.functions),
    invoke: async (_functionId, event) => {
      batches.push(
        (event as { Records: StreamRecord[] }).Records.map(({ dynamodb }) => dynamodb.SequenceNumber).join(),
      );
      return answers.shift() ?? { ok: true, payload: null };
    },
    now: () => clock.nowMs,
    randomId: () => 'id',
    after,
    log: (line) => lines.push(line),
  });
  return {
    mapping,
    clock,
    waits,
    cancelled,
    batches,
    answers,
    lines,
    losses: () => queues.find('Losses')?.messages() ?? [],
  };
}

/** A stream that returns at most as many records as asked for, and gets more by a push. */
function createStream(...records: string[]) {
  const read = async (limit: number): Promise<StreamRecord[]> => records.splice(0, limit).map(recordOf);
  return { records, read };
}

/** A stream that returns these records, one list for each read, or fails. */
const reads =
  (...records: (StreamRecord[] | Error)[]) =>
  async (): Promise<StreamRecord[]> => {
    const next = records.shift() ?? [];
    if (next instanceof Error) throw next;
    return next;
  };

/** Resolves when everything that needs no timer has run. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('the mapping of a stream', () => {
  it('reads again when a write arrives during a read', async () => {
    const calls = { count: 0 };
    const { mapping, batches } = createMapping({}, async () => {
      const count = ++calls.count;
      await settled();
      if (count === 1) mapping.wake();
      return count === 2 ? [recordOf('1')] : [];
    });
    mapping.wake();
    for (let turn = 0; turn < 5; turn += 1) await settled();
    expect(batches).toEqual(['1']);
  });

  it('doubles its backoff with each failure and resets it with the next batch', async () => {
    const endless = { maxRetries: Number.POSITIVE_INFINITY, bisects: false };
    const { mapping, waits, batches, answers } = createMapping(endless, reads([recordOf('1')], [recordOf('2')]));
    answers.push(fail, fail, fail, { ok: true, payload: null }, fail);
    mapping.wake();
    for (let count = 0; count < 4; count += 1) {
      await settled();
      waits[count]?.run();
    }
    await settled();
    expect(waits.map(({ delayMs }) => delayMs)).toEqual([50, 100, 200, 50]);
    expect(batches).toEqual(['1', '1', '1', '1', '2', '2']);
  });

  it('gives up records that are too old, and reports them', async () => {
    const limits = { maxRetries: Number.POSITIVE_INFINITY, maxRecordAgeMs: 60_000, bisects: false };
    const { mapping, clock, batches, answers, losses } = createMapping(limits, reads([recordOf('1')], [recordOf('2')]));
    answers.push(fail, fail);
    mapping.wake();
    await settled();
    clock.nowMs = 60_000;
    await mapping.settle();
    expect(batches).toEqual(['1', '1', '2']);
    expect(losses().map(({ body }) => JSON.parse(body).requestContext.condition)).toEqual(['RecordAgeExpired']);
  });

  it('settles after ten failures of unlimited retries, and then backs off', async () => {
    const { mapping, waits, batches, answers } = createMapping(
      { maxRetries: Number.POSITIVE_INFINITY },
      reads([recordOf('1')]),
    );
    answers.push(...Array.from({ length: 20 }, () => fail));
    await mapping.settle();
    expect([batches.length, waits.length]).toEqual([10, 1]);
  });

  it('tries again when a read fails', async () => {
    const { mapping, batches, lines } = createMapping({}, reads(new Error('gone'), [recordOf('1')]));
    await mapping.settle();
    expect([batches, lines]).toEqual([['1'], ['AuditorMapping: gone']]);
  });

  it('does not count a throttled try as a failure, and splits no batch', async () => {
    const throttled = { ...fail, throttled: true } as const;
    const rules = { maxRetries: 0, bisects: true };
    const { mapping, waits, batches, answers, losses } = createMapping(rules, createStream('1', '2').read);
    answers.push(throttled, throttled);
    mapping.wake();
    for (let count = 0; count < 2; count += 1) {
      await settled();
      waits[count]?.run();
    }
    await settled();
    expect([batches, losses()]).toEqual([['1,2', '1,2', '1,2'], []]);
  });

  it('gives up records that are too old after a throttled try', async () => {
    const { mapping, clock, answers, losses } = createMapping({ maxRecordAgeMs: 60_000 }, createStream('1').read);
    answers.push({ ...fail, throttled: true }, { ...fail, throttled: true });
    mapping.wake();
    await settled();
    clock.nowMs = 60_000;
    await mapping.settle();
    expect(losses().map(({ body }) => JSON.parse(body).requestContext.condition)).toEqual(['RecordAgeExpired']);
  });

  it('does nothing more after stop, and settles immediately', async () => {
    const { mapping, batches, answers } = createMapping({}, reads([recordOf('1')], [recordOf('2')]));
    answers.push(fail);
    mapping.wake();
    await settled();
    await mapping.stop();
    await mapping.settle();
    expect(batches).toEqual(['1']);
  });
});

describe('the batching window of a stream', () => {
  const limits = { batchSize: 3, windowMs: 5000 };

  it('opens with the first record and gathers those that come until it has passed', async () => {
    const { records, read } = createStream();
    const { mapping, waits, batches } = createMapping(limits, read);
    mapping.wake();
    await settled();
    expect(waits).toEqual([]);
    for (const id of ['1', '2']) {
      records.push(id);
      mapping.wake();
      await settled();
    }
    expect([batches, waits.map(({ delayMs }) => delayMs)]).toEqual([[], [5000]]);
    waits[0]?.run();
    await settled();
    expect(batches).toEqual(['1,2']);
    records.push('3');
    mapping.wake();
    await settled();
    expect([batches.length, waits.length]).toEqual([1, 2]);
  });

  it('ends when the batch is full', async () => {
    const { mapping, waits, cancelled, batches } = createMapping(limits, createStream('1', '2', '3', '4').read);
    mapping.wake();
    await settled();
    expect([batches, waits.length, cancelled]).toEqual([['1,2,3'], 2, [5000]]);
  });

  it('gathers only the records that a filter matches', async () => {
    const filters = [(record: unknown) => Number((record as StreamRecord).dynamodb.SequenceNumber) % 2 === 1];
    const { records, read } = createStream('2', '4', '6', '8');
    const { mapping, waits, batches } = createMapping({ ...limits, filters }, read);
    mapping.wake();
    await settled();
    expect(waits).toEqual([]);
    records.push('1', '10', '3', '12', '5');
    mapping.wake();
    await settled();
    expect(batches).toEqual(['1,3,5']);
  });

  it('is not waited for by settle, which fills the batches as far as it can', async () => {
    const { mapping, cancelled, batches } = createMapping(limits, createStream('1', '2', '3', '4').read);
    await mapping.settle();
    expect([batches, cancelled]).toEqual([
      ['1,2,3', '4'],
      [5000, 5000],
    ]);
    const filters = [(record: unknown) => (record as StreamRecord).dynamodb.SequenceNumber !== 'x'];
    const filtered = createMapping({ ...limits, filters }, createStream('1', 'x', '2', 'x', '3', '4').read);
    await filtered.mapping.settle();
    expect(filtered.batches).toEqual(['1,2,3', '4']);
    const late = createStream('5');
    const second = createMapping(limits, late.read);
    second.mapping.wake();
    await settled();
    expect(second.batches).toEqual([]);
    await second.mapping.settle();
    expect(second.batches).toEqual(['5']);
  });

  it('counts the age of records from the first one', async () => {
    const { records, read } = createStream('1');
    const { mapping, clock, waits, answers, losses } = createMapping({ ...limits, maxRecordAgeMs: 6000 }, read);
    answers.push(fail, fail);
    mapping.wake();
    await settled();
    clock.nowMs = 5000;
    records.push('2');
    mapping.wake();
    await settled();
    clock.nowMs = 6000;
    waits[0]?.run();
    await settled();
    await mapping.settle();
    expect(losses().map(({ body }) => JSON.parse(body).requestContext.condition)).toContain('RecordAgeExpired');
  });

  it('is cancelled by stop', async () => {
    const { mapping, cancelled, batches } = createMapping(limits, createStream('1').read);
    mapping.wake();
    await settled();
    await mapping.stop();
    expect([batches, cancelled]).toEqual([[], [5000]]);
  });
});
