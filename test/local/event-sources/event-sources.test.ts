import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { callDynamodb } from '../../../lib/local/emulator.ts';
import { type LocalStack, runTemplate } from '../../../lib/local/run-template.ts';
import {
  eventTemplate,
  type HeardRecord,
  type Hearing,
  type Judge,
  startJudge,
  well,
  writeEventStack,
} from '../event-stack.ts';
import type { SmallStack } from '../small-stack.ts';

const ids = { count: 0 };
const lines: string[] = [];

const run = (cloudAssembly: string, engine: 'dynoxide' | 'dynalite'): Promise<LocalStack> =>
  runTemplate({
    cloudAssembly,
    engine,
    port: 0,
    now: () => 1_700_000_000_000,
    schedules: 'manual',
    randomId: () => `id-${ids.count++}`,
    log: (line) => lines.push(line),
    step: () => {},
  });

const failure = { error: 'not this one' };
const keyOf = ({ dynamodb }: HeardRecord): string => `${dynamodb.Keys.pk.S}/${dynamodb.Keys.sk.S}`;
const bodyOf = ({ body }: HeardRecord): string => body;

describe.each(['dynoxide', 'dynalite'] as const)('the event sources of a stack on %s', (engine) => {
  const running: { stack?: LocalStack; judge?: Judge; assembly?: SmallStack } = {};
  const stackOf = (): LocalStack => {
    if (running.stack === undefined) throw new Error('unable to test; no stack runs');
    return running.stack;
  };
  const judgeOf = (): Judge => {
    if (running.judge === undefined) throw new Error('unable to test; no judge sits');
    return running.judge;
  };
  const heardBy = (functionName: string): HeardRecord[][] =>
    judgeOf()
      .hearings.filter((hearing) => hearing.functionName === functionName)
      .map(({ records }) => [...records]);
  const decide = (functionName: string, verdict: (records: readonly HeardRecord[], hearings: number) => object) => {
    judgeOf().decide = (hearing: Hearing) => {
      const own = hearing.functionName === functionName;
      return own ? (verdict(hearing.records, heardBy(functionName).length) as { payload: unknown }) : well;
    };
  };
  const write = async (operation: string, input: object): Promise<unknown> => {
    const result = await stackOf().invoke('Writer', { do: 'dynamodb', operation, input });
    expect(result).toMatchObject({ ok: true, payload: { status: 200 } });
    return result;
  };
  const itemOf = (key: string, more: object = {}) => {
    const [pk = '', sk = ''] = key.split('/');
    return { pk: { S: pk }, sk: { S: sk }, ...more };
  };
  const put = (key: string, more: object = {}) => write('PutItem', { TableName: 'Ledger', Item: itemOf(key, more) });
  const putAll = (...keys: string[]) =>
    write('BatchWriteItem', { RequestItems: { Ledger: keys.map((key) => ({ PutRequest: { Item: itemOf(key) } })) } });
  const order = (body: string, group: string): string => stackOf().queue('Orders').send({ body, groupId: group });
  const queued = (id: string) => stackOf().queue(id).messages();

  beforeAll(async () => {
    running.judge = await startJudge();
    running.assembly = writeEventStack(running.judge.url);
    running.stack = await run(running.assembly.folder, engine);
  });
  afterAll(async () => {
    await running.stack?.close();
    await running.judge?.close();
    running.assembly?.remove();
  });
  beforeEach(async () => {
    await stackOf().drain();
    judgeOf().decide = () => well;
    judgeOf().hearings.length = 0;
  });

  it('hand the records of a stream to its functions in order, and to each only what its filter lets pass', async () => {
    const kind = (S: string) => ({ kind: { S } });
    for (const [key, what] of [
      ['a/1', 'order'],
      ['a/2', 'note'],
      ['a/3', 'order'],
    ] as const)
      await put(key, kind(what));
    await write('DeleteItem', { TableName: 'Ledger', Key: itemOf('a/1') });
    await stackOf().drain();
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
    stackOf().crash('Auditor', when);
    await put(`crash-${when}/1`);
    await stackOf().drain();
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
    await stackOf().drain();
    await put('stuck/2', kind);
    await stackOf().drain();
    expect(heardBy('Follower').length).toBeGreaterThan(2);
    expect(new Set(heardBy('Follower').flat().map(keyOf))).toEqual(new Set(['stuck/1']));
    judgeOf().decide = () => well;
    await stackOf().drain();
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
    for (const when of ['before', 'after'] as const) stackOf().crash('Follower', when);
    await put('twice/1', { kind: { S: 'order' } });
    await stackOf().drain();
    expect(heardBy('Follower').map((records) => records.map(keyOf))).toEqual([['twice/1'], ['twice/1']]);
  });

  it('bisect a batch until the poison is alone, report it and go on', async () => {
    decide('Auditor', (records) => (records.some((record) => keyOf(record) === 'p/poison') ? failure : well));
    await putAll('p/1', 'p/2', 'p/poison', 'p/4');
    await stackOf().drain();
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
    await stackOf().drain();
    expect(heardBy('Auditor').map((records) => records.map(keyOf))).toEqual([
      ['partial/1', 'partial/2', 'partial/3'],
      ['partial/2', 'partial/3'],
    ]);
  });

  it('give a function what waits in its queue, in order for each group', async () => {
    const input = (MessageBody: string, MessageGroupId: string) => ({
      do: 'sqs',
      operation: 'SendMessage',
      input: { QueueUrl: '', MessageBody, MessageGroupId },
    });
    const environment = await stackOf().invoke('Writer', { do: 'environment' });
    const { ORDERS_URL, AWS_ENDPOINT_URL_SQS } = (environment.ok ? environment.payload : {}) as Record<string, string>;
    expect(ORDERS_URL).toBe(`${AWS_ENDPOINT_URL_SQS}/000000000000/the-orders.fifo`);
    for (const body of ['1', '2', '3']) {
      const event = input(body, 'group');
      const result = await stackOf().invoke('Writer', { ...event, input: { ...event.input, QueueUrl: ORDERS_URL } });
      expect(result).toMatchObject({ payload: { status: 200 } });
    }
    await stackOf().drain();
    const records = heardBy('Packer').flat();
    expect(records.map(bodyOf)).toEqual(['1', '2', '3']);
    expect(records[0]).toEqual({
      messageId: expect.any(String),
      receiptHandle: expect.any(String),
      body: '1',
      attributes: {
        ApproximateReceiveCount: '1',
        SentTimestamp: '1700000000000',
        SenderId: 'Writer',
        ApproximateFirstReceiveTimestamp: '1700000000000',
        SequenceNumber: expect.stringMatching(/^\d+$/),
        MessageGroupId: 'group',
        MessageDeduplicationId: expect.any(String),
      },
      messageAttributes: {},
      md5OfBody: 'c4ca4238a0b923820dcc509a6f75849b',
      eventSource: 'aws:sqs',
      eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:the-orders.fifo',
      awsRegion: 'us-east-1',
    });
    expect(queued('Orders')).toEqual([]);
  });

  it('leave a message that failed in flight, and its group waiting, until it goes to the dead letters', async () => {
    decide('Packer', (records) => (records.some(({ body }) => body === 'bad') ? failure : well));
    const messageId = order('bad', 'stuck');
    await stackOf().drain();
    order('behind', 'stuck');
    order('beside', 'free');
    await stackOf().drain();
    expect(heardBy('Packer').map((records) => records.map(bodyOf))).toEqual([['bad'], ['beside']]);
    expect(queued('Orders').map(({ body, inFlight, receiveCount }) => [body, inFlight, receiveCount])).toEqual([
      ['bad', true, 1],
      ['behind', false, 0],
    ]);
    stackOf().queue('Orders').expireVisibility();
    await stackOf().drain();
    stackOf().queue('the-orders.fifo').expireVisibility();
    await stackOf().drain();
    const dead = { messageId, body: 'bad', groupId: 'stuck', receiveCount: 2 };
    expect(queued('DeadOrders')).toEqual([expect.objectContaining(dead)]);
  });

  it.each(['before', 'after'] as const)(
    'give a message again when the function crashed %s its handler',
    async (when) => {
      stackOf().crash('Packer', when);
      order(`crash ${when}`, 'crash');
      await stackOf().drain();
      expect(queued('Orders')).toEqual([expect.objectContaining({ body: `crash ${when}`, inFlight: true })]);
      stackOf().queue('Orders').expireVisibility();
      await stackOf().drain();
      expect(heardBy('Packer').flat().map(bodyOf)).toEqual(
        Array.from({ length: when === 'before' ? 1 : 2 }, () => `crash ${when}`),
      );
      expect(queued('Orders')).toEqual([]);
    },
  );

  it('keep only the messages that the function says it failed with', async () => {
    const mails = stackOf().queue('Mails');
    decide('Mailer', () => failure);
    for (const to of ['somebody', 'nobody']) mails.send({ body: JSON.stringify({ to }) });
    await stackOf().drain();
    expect(mails.messages().map(({ inFlight }) => inFlight)).toEqual([true, true]);
    decide('Mailer', (records) => {
      const failed = records.filter(({ body }) => body.includes('nobody'));
      return { payload: { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) } };
    });
    mails.expireVisibility();
    await stackOf().drain();
    expect(heardBy('Mailer').at(-1)?.map(bodyOf)).toEqual(['{"to":"somebody"}', '{"to":"nobody"}']);
    expect(mails.messages()).toEqual([expect.objectContaining({ body: '{"to":"nobody"}', inFlight: true })]);
    judgeOf().decide = () => well;
    mails.expireVisibility();
    await stackOf().drain();
    expect(mails.messages()).toEqual([]);
  });

  it('drop the messages that no filter lets pass', async () => {
    const mails = stackOf().queue('Mails');
    for (const body of ['{"from":"x"}', 'no JSON', '{"to":"y"}']) mails.send({ body });
    await stackOf().drain();
    expect(heardBy('Mailer').flat().map(bodyOf)).toEqual(['{"to":"y"}']);
    expect(mails.messages()).toEqual([]);
  });

  it('use the grants of the functions', () => {
    const used = (id: string) =>
      stackOf()
        .uses()
        .filter(({ functionId }) => functionId === id);
    expect(used('Auditor').map(({ action }) => action)).toEqual([
      'dynamodb:GetRecords',
      'dynamodb:GetShardIterator',
      'dynamodb:DescribeStream',
      'dynamodb:ListStreams',
      'sqs:SendMessage',
    ]);
    expect(used('Packer').map(({ action }) => action)).toEqual([
      'sqs:ReceiveMessage',
      'sqs:DeleteMessage',
      'sqs:GetQueueAttributes',
    ]);
  });
});

describe('a stack with event sources', () => {
  const without = (roleId: 'AuditorRole' | 'PackerRole', action: string): object => {
    const template = structuredClone(eventTemplate);
    const [policy] = template.Resources[roleId].Properties.Policies;
    for (const statement of policy?.PolicyDocument.Statement ?? []) {
      statement.Action = statement.Action.filter((each) => each !== action);
    }
    return template;
  };

  it.each([
    [
      'AuditorRole',
      'dynamodb:DescribeStream',
      'AuditorMapping',
      'Auditor',
      'table/Ledger/stream/2020-01-01T00:00:00.000',
    ],
    ['AuditorRole', 'sqs:SendMessage', 'AuditorMapping', 'Auditor', 'Losses'],
    ['PackerRole', 'sqs:DeleteMessage', 'PackerMapping', 'Packer', 'the-orders.fifo'],
  ] as const)('is refused when the %s lacks %s', async (roleId, action, mapping, path, resource) => {
    const assembly = writeEventStack('http://127.0.0.1:1', without(roleId, action));
    await expect(run(assembly.folder, 'dynoxide')).rejects.toThrow(
      new RegExp(
        `^unable to run the event source mapping ${mapping}; the role of ${path} does not grant ${action} on .*${resource}$`,
      ),
    );
    assembly.remove();
  });

  it('hears at the next drain of what was written to the emulator itself, and ends in the middle of its work', async () => {
    const judge = await startJudge();
    const assembly = writeEventStack(judge.url);
    const stack = await run(assembly.folder, 'dynoxide');
    const Item = { pk: { S: 'direct' }, sk: { S: '1' } };
    await callDynamodb(stack.dynamodbEndpoint, 'PutItem', { TableName: 'Ledger', Item });
    judge.decide = ({ functionName }) => (functionName === 'Auditor' ? failure : well);
    await stack.drain();
    expect(judge.hearings.map(({ functionName }) => functionName)).toEqual(['Auditor', 'Auditor']);
    // A function that is at work when the stack ends, and a retry that waits.
    const asked = new Promise<void>((resolve) => {
      judge.decide = () => {
        resolve();
        return failure;
      };
    });
    stack.queue('Orders').send({ body: 'last', groupId: 'g' });
    await asked;
    const drained = stack.drain();
    await stack.close();
    await drained;
    expect(() => stack.queue('Nothing')).toThrow('unable to look at the queue Nothing; the template has no such queue');
    expect(() => stack.crash('Nobody', 'before')).toThrow('unable to crash Nobody; the template has no such function');
    await judge.close();
    assembly.remove();
  });
});
