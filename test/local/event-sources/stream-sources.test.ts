import { describe, expect, it } from 'vitest';
import { type SeenRecord, success } from '../event-stack.ts';
import { bodyOf, failure, itemOf, keyOf, useEventStack } from '../use-event-stack.ts';

describe.each(['dynoxide', 'dynalite'] as const)('the event sources of a stream on %s', (engine) => {
  const { stack, batchesOf, decide, succeed, write, put, putAll, order, queued } = useEventStack(engine);

  it('invoke functions with the records of a stream in order, and each only with those that its filter matches', async () => {
    const kind = (S: string) => ({ kind: { S } });
    for (const [key, what] of [
      ['a/1', 'order'],
      ['a/2', 'note'],
      ['a/3', 'order'],
    ] as const)
      await put(key, kind(what));
    await write('DeleteItem', { TableName: 'Ledger', Key: itemOf('a/1') });
    await stack().testing.drain();
    expect(batchesOf('Follower').flat().map(keyOf)).toEqual(['a/1', 'a/3']);
    const audited = batchesOf('Auditor').flat();
    expect(audited.map(({ eventName, ...more }) => [eventName, keyOf({ eventName, ...more })])).toEqual([
      ['INSERT', 'a/1'],
      ['INSERT', 'a/2'],
      ['INSERT', 'a/3'],
      ['REMOVE', 'a/1'],
    ]);
    expect(audited[0]).toEqual({
      eventID: expect.stringMatching(/^[0-9a-f]{32}$/),
      eventName: 'INSERT',
      eventVersion: '1.1',
      eventSource: 'aws:dynamodb',
      awsRegion: 'us-east-1',
      dynamodb: {
        ApproximateCreationDateTime: expect.any(Number),
        Keys: itemOf('a/1'),
        NewImage: itemOf('a/1', kind('order')),
        SequenceNumber: expect.stringMatching(/^\d+$/),
        SizeBytes: expect.any(Number),
        StreamViewType: 'NEW_IMAGE',
      },
      eventSourceARN: 'arn:aws:dynamodb:us-east-1:000000000000:table/Ledger/stream/2020-01-01T00:00:00.000',
    });
  });

  it('handle a write without a drain', async () => {
    const handled = new Promise<string>((resolve) => {
      decide('Auditor', (records) => {
        resolve(records.map(keyOf).join());
        return success;
      });
    });
    await put('handled/1');
    expect(await handled).toBe('handled/1');
  });

  it.each(['before', 'after'] as const)('retry a batch when the function crashes %s its handler', async (when) => {
    stack().testing.crash('Auditor', when);
    await put(`crash-${when}/1`);
    await stack().testing.drain();
    const expected = when === 'before' ? 1 : 2;
    expect(batchesOf('Auditor').map((records) => records.map(keyOf))).toEqual(
      Array.from({ length: expected }, () => [`crash-${when}/1`]),
    );
    expect(queued('Losses')).toEqual([]);
  });

  it('hold the next records back while a record fails again and again', async () => {
    const kind = { kind: { S: 'order' } };
    decide('Follower', (records) => (records.some((record) => keyOf(record) === 'stuck/1') ? failure : success));
    await put('stuck/1', kind);
    await stack().testing.drain();
    await put('stuck/2', kind);
    await stack().testing.drain();
    expect(batchesOf('Follower').length).toBeGreaterThan(2);
    expect(new Set(batchesOf('Follower').flat().map(keyOf))).toEqual(new Set(['stuck/1']));
    succeed();
    await stack().testing.drain();
    expect(batchesOf('Follower').at(-1)?.map(keyOf)).toEqual(['stuck/2']);
  });

  it('do not hold back another function on the same stream', async () => {
    const kind = { kind: { S: 'order' } };
    decide('Follower', () => failure);
    for (const key of ['apart/1', 'apart/2']) {
      await put(key, kind);
      await stack().testing.drain();
    }
    expect(new Set(batchesOf('Follower').flat().map(keyOf))).toEqual(new Set(['apart/1']));
    expect(batchesOf('Auditor').flat().map(keyOf)).toEqual(['apart/1', 'apart/2']);
    succeed();
    await stack().testing.drain();
    expect(batchesOf('Follower').at(-1)?.map(keyOf)).toEqual(['apart/2']);
    expect(batchesOf('Auditor')).toHaveLength(2);
  });

  it('retry without a drain, after a backoff', async () => {
    const again = new Promise<readonly SeenRecord[]>((resolve) => {
      decide('Auditor', (records, invocations) => {
        if (invocations === 2) resolve(records);
        return invocations === 1 ? failure : success;
      });
    });
    await put('again/1');
    expect((await again).map(keyOf)).toEqual(['again/1']);
  });

  it('settle in one drain when the function crashes twice', async () => {
    for (const when of ['before', 'after'] as const) stack().testing.crash('Follower', when);
    await put('twice/1', { kind: { S: 'order' } });
    await stack().testing.drain();
    expect(batchesOf('Follower').map((records) => records.map(keyOf))).toEqual([['twice/1'], ['twice/1']]);
  });

  it('drain the work that one mapping causes for another', async () => {
    decide('Auditor', () => {
      order('caused', 'chain');
      return success;
    });
    await put('chain/1');
    await stack().testing.drain();
    expect(batchesOf('Packer').flat().map(bodyOf)).toEqual(['caused']);
    expect(queued('Orders')).toEqual([]);
  });

  it('bisect a batch until the failing record is alone, report it and continue', async () => {
    decide('Auditor', (records) => (records.some((record) => keyOf(record) === 'p/bad') ? failure : success));
    await putAll('p/1', 'p/2', 'p/bad', 'p/4');
    await stack().testing.drain();
    const batches = batchesOf('Auditor');
    expect(batches.map((records) => records.map(keyOf))).toEqual([
      ['p/1', 'p/2', 'p/bad', 'p/4'],
      ['p/1', 'p/2'],
      ['p/bad', 'p/4'],
      ['p/bad'],
      ['p/bad'],
      ['p/4'],
    ]);
    const [loss, ...more] = queued('Losses');
    expect(more).toEqual([]);
    const sequence = batches[3]?.[0]?.dynamodb.SequenceNumber;
    expect(JSON.parse(loss?.body ?? '')).toMatchObject({
      requestContext: {
        functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:Auditor',
        condition: 'RetryAttemptsExhausted',
        approximateInvokeCount: 4,
      },
      DDBStreamBatchInfo: { startSequenceNumber: sequence, endSequenceNumber: sequence, batchSize: 1 },
    });
  });

  it('continue with the record that the function reports as failed', async () => {
    decide('Auditor', (records, invocations) => {
      const second = records[1]?.dynamodb.SequenceNumber;
      return invocations === 1 ? { payload: { batchItemFailures: [{ itemIdentifier: second }] } } : success;
    });
    await putAll('partial/1', 'partial/2', 'partial/3');
    await stack().testing.drain();
    expect(batchesOf('Auditor').map((records) => records.map(keyOf))).toEqual([
      ['partial/1', 'partial/2', 'partial/3'],
      ['partial/2', 'partial/3'],
    ]);
  });
});
