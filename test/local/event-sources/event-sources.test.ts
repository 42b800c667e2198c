import { describe, expect, it } from 'vitest';
import { callDynamodb } from '../../../lib/local/dynamodb/emulator.ts';
import { eventTemplate, startDecider, success, writeEventStack } from '../event-stack.ts';
import { failure, runEventStack, useEventStack } from '../use-event-stack.ts';

describe('the event sources of a stack', () => {
  const { stack, decide, put, order } = useEventStack('dynoxide');
  const usedBy = (id: string): string[] =>
    stack()
      .testing.usedGrants()
      .filter(({ functionId }) => functionId === id)
      .map(({ action }) => action);

  it('use the grants of the functions when they read, delete and report', async () => {
    expect([usedBy('Auditor'), usedBy('Packer')]).toEqual([[], []]);
    const reading = ['GetRecords', 'GetShardIterator', 'DescribeStream', 'ListStreams'].map((a) => `dynamodb:${a}`);
    await put('a/1');
    await stack().testing.drain();
    expect(usedBy('Auditor')).toEqual(reading);
    decide('Auditor', () => failure);
    await put('a/2');
    await stack().testing.drain();
    expect(usedBy('Auditor')).toEqual([...reading, 'sqs:SendMessage']);
    decide('Packer', () => failure);
    order('one', 'group');
    await stack().testing.drain();
    expect(usedBy('Packer')).toEqual(['sqs:ReceiveMessage', 'sqs:GetQueueAttributes']);
    decide('Packer', () => success);
    stack().testing.queue('Orders').expireVisibility();
    await stack().testing.drain();
    expect(usedBy('Packer')).toEqual(['sqs:ReceiveMessage', 'sqs:GetQueueAttributes', 'sqs:DeleteMessage']);
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
  ] as const)('does not start when the %s lacks %s', async (roleId, action, mapping, path, resource) => {
    const assembly = writeEventStack('http://127.0.0.1:1', without(roleId, action));
    await expect(runEventStack(assembly.folder, 'dynoxide')).rejects.toThrow(
      new RegExp(
        `^unable to run the event source mapping ${mapping}; the role of ${path} does not grant ${action} on .*${resource}$`,
      ),
    );
    assembly.remove();
  });

  it('handles writes to the emulator at the next drain, and closes while batches run', async () => {
    const decider = await startDecider();
    const assembly = writeEventStack(decider.url);
    const stack = await runEventStack(assembly.folder, 'dynoxide');
    const Item = { pk: { S: 'direct' }, sk: { S: '1' } };
    await callDynamodb(stack.dynamodbEndpoint, 'PutItem', { TableName: 'Ledger', Item });
    decider.decide = ({ functionName }) => (functionName === 'Auditor' ? failure : success);
    await stack.testing.drain();
    expect(decider.invocations.map(({ functionName }) => functionName)).toEqual(['Auditor', 'Auditor']);
    // At the end of the stack one function runs and one retry waits.
    const invoked = new Promise<void>((resolve) => {
      decider.decide = () => {
        resolve();
        return failure;
      };
    });
    stack.testing.queue('Orders').send({ body: 'last', groupId: 'g' });
    await invoked;
    const drained = stack.testing.drain();
    await stack.close();
    await drained;
    expect(() => stack.testing.queue('Nothing')).toThrow(
      'unable to view the queue Nothing; the template has no such queue',
    );
    expect(() => stack.testing.crash('Nobody', 'before')).toThrow(
      'unable to crash Nobody; the template has no such function',
    );
    await decider.close();
    assembly.remove();
  });
});
