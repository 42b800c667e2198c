import { describe, expect, it } from 'vitest';
import { type HeardRecord, well } from '../event-stack.ts';
import { bodyOf, failure, itemOf, keyOf, useEventStack } from '../use-event-stack.ts';

describe.each(['dynoxide', 'dynalite'] as const)('the event sources over a stream on %s', (engine) => {
  const { stack, heardBy, decide, decideWell, write, put, putAll, order, queued } = useEventStack(engine);

  it('hand the records of a stream to its functions in order, and to each only what its filter lets pass', async () => {
    const kind = (S: string) => ({ kind: { S } });
    for (const [key, what] of [
      ['a/1', 'order'],
      ['a/2', 'note'],
      ['a/3', 'order'],
    ] as const)
      await put(key, kind(what));
    await write('DeleteItem', { TableName: 'Ledger', Key: itemOf('a/1') });
    await stack().drain();
    expect(heardBy('Follower').flat().map(keyOf)).toEqual(['a/1', 'a/3']);
    const audited = heardBy('Auditor').flat();
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

  it('hear of a write without anybody asking', async () => {
    const heard = new Promise<string>((resolve) => {
      decide('Auditor', (records) => {
        resolve(records.map(keyOf).join());
        return well;
      });
    });
    await put('unasked/1');
    expect(await heard).toBe('unasked/1');
  });

  it.each(['before', 'after'] as const)('give a batch again when the function crashed %s its handler', async (when) => {
    stack().crash('Auditor', when);
    await put(`crash-${when}/1`);
    await stack().drain();
    const expected = when === 'before' ? 1 : 2;
    expect(heardBy('Auditor').map((records) => records.map(keyOf))).toEqual(
      Array.from({ length: expected }, () => [`crash-${when}/1`]),
    );
    expect(queued('Losses')).toEqual([]);
  });

  it('give a record that fails again and again to nobody else, and keep the others waiting', async () => {
    const kind = { kind: { S: 'order' } };
    decide('Follower', (records) => (records.some((record) => keyOf(record) === 'stuck/1') ? failure : well));
    await put('stuck/1', kind);
    await stack().drain();
    await put('stuck/2', kind);
    await stack().drain();
    expect(heardBy('Follower').length).toBeGreaterThan(2);
    expect(new Set(heardBy('Follower').flat().map(keyOf))).toEqual(new Set(['stuck/1']));
    decideWell();
    await stack().drain();
    expect(heardBy('Follower').at(-1)?.map(keyOf)).toEqual(['stuck/2']);
  });

  it('try again by themselves after a while', async () => {
    const again = new Promise<readonly HeardRecord[]>((resolve) => {
      decide('Auditor', (records, hearings) => {
        if (hearings === 2) resolve(records);
        return hearings === 1 ? failure : well;
      });
    });
    await put('again/1');
    expect((await again).map(keyOf)).toEqual(['again/1']);
  });

  it('settle in one drain although the function crashed twice', async () => {
    for (const when of ['before', 'after'] as const) stack().crash('Follower', when);
    await put('twice/1', { kind: { S: 'order' } });
    await stack().drain();
    expect(heardBy('Follower').map((records) => records.map(keyOf))).toEqual([['twice/1'], ['twice/1']]);
  });

  it('drain what one mapping has led another to do as well', async () => {
    decide('Auditor', () => {
      order('led to', 'chain');
      return well;
    });
    await put('chain/1');
    await stack().drain();
    expect(heardBy('Packer').flat().map(bodyOf)).toEqual(['led to']);
    expect(queued('Orders')).toEqual([]);
  });

  it('bisect a batch until the poison is alone, report it and go on', async () => {
    decide('Auditor', (records) => (records.some((record) => keyOf(record) === 'p/poison') ? failure : well));
    await putAll('p/1', 'p/2', 'p/poison', 'p/4');
    await stack().drain();
    const heard = heardBy('Auditor');
    expect(heard.map((records) => records.map(keyOf))).toEqual([
      ['p/1', 'p/2', 'p/poison', 'p/4'],
      ['p/1', 'p/2'],
      ['p/poison', 'p/4'],
      ['p/poison'],
      ['p/poison'],
      ['p/4'],
    ]);
    const [loss, ...more] = queued('Losses');
    expect(more).toEqual([]);
    const sequence = heard[3]?.[0]?.dynamodb.SequenceNumber;
    expect(JSON.parse(loss?.body ?? '')).toMatchObject({
      requestContext: {
        functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:Auditor',
        condition: 'RetryAttemptsExhausted',
        approximateInvokeCount: 4,
      },
      DDBStreamBatchInfo: { startSequenceNumber: sequence, endSequenceNumber: sequence, batchSize: 1 },
    });
  });

  it('go on from the record that the function said had failed', async () => {
    decide('Auditor', (records, hearings) => {
      const second = records[1]?.dynamodb.SequenceNumber;
      return hearings === 1 ? { payload: { batchItemFailures: [{ itemIdentifier: second }] } } : well;
    });
    await putAll('partial/1', 'partial/2', 'partial/3');
    await stack().drain();
    expect(heardBy('Auditor').map((records) => records.map(keyOf))).toEqual([
      ['partial/1', 'partial/2', 'partial/3'],
      ['partial/2', 'partial/3'],
    ]);
  });
});
