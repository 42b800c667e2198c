import { describe, expect, it } from 'vitest';
import type { AsyncDelivery } from '../../../lib/local/invocations/async-queue.ts';
import { success, writeEventStack } from '../event-stack.ts';
import { failure, runEventStack } from '../use-event-stack.ts';
import { asyncTemplate, courierArn, eventOf, useAsyncStack } from './async-stack.ts';

describe('an asynchronous invocation', () => {
  const { stack, post, decide, succeed, put, bodiesOf, invocationsOf, queued } = useAsyncStack();

  it('is retried twice on an error, each time under the same request id, and then reported', async () => {
    decide('the-courier', () => failure);
    const requestId = await post('lost');
    for (const count of [1, 2, 3, 3]) {
      await (count === 1 ? stack().testing.drain() : stack().testing.runAsyncRetries());
      expect(bodiesOf('the-courier')).toHaveLength(count);
      expect(queued('LostEvents')).toHaveLength(count < 3 ? 0 : 1);
    }
    expect(new Set(invocationsOf('the-courier').map((each) => each.requestId))).toEqual(new Set([requestId]));
    expect(JSON.parse(queued('LostEvents')[0]?.body ?? '')).toEqual({
      version: '1.0',
      timestamp: '2023-11-14T22:13:20.000Z',
      requestContext: {
        requestId,
        functionArn: `${courierArn}:$LATEST`,
        condition: 'RetriesExhausted',
        approximateInvokeCount: 3,
      },
      requestPayload: eventOf('lost'),
      responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
      responsePayload: { errorType: 'Error', errorMessage: 'not this one' },
    });
    expect(stack().testing.usedGrants()).toContainEqual({
      functionId: 'Courier',
      functionName: 'Courier',
      action: 'sqs:SendMessage',
      resource: 'arn:aws:sqs:us-east-1:000000000000:LostEvents',
    });
  });

  it.each(['before', 'after'] as const)('is retried when its environment crashes %s the handler', async (when) => {
    stack().testing.crash('Courier', when);
    await post('crash');
    await stack().testing.drain();
    expect(bodiesOf('the-courier')).toHaveLength(when === 'before' ? 0 : 1);
    await stack().testing.runAsyncRetries();
    await stack().testing.runAsyncRetries();
    expect(bodiesOf('the-courier')).toHaveLength(when === 'before' ? 1 : 2);
  });

  it('is not run again by a drain while its retry waits', async () => {
    decide('the-courier', () => failure);
    await post('once');
    await stack().testing.drain();
    await stack().testing.drain();
    expect(bodiesOf('the-courier')).toEqual(['once']);
    succeed();
    await stack().testing.runAsyncRetries();
    expect(bodiesOf('the-courier')).toEqual(['once', 'once']);
  });

  it('is drained with the work that follows from it, and that it follows from', async () => {
    const chain = { do: 'lambda', name: 'Caller', type: 'Event', payload: {} };
    const inner = { do: 'lambda', name: 'the-courier', type: 'Event', payload: eventOf('inner') };
    expect(await stack().invoke('Boss', { ...chain, payload: inner })).toMatchObject({ payload: { status: 202 } });
    await stack().testing.drain();
    expect(bodiesOf('the-courier')).toEqual(['inner']);
    stack().testing.queue('Mails').send({ body: '{"to":"x"}' });
    decide('the-courier', () => {
      stack().testing.queue('Orders').send({ body: 'from the courier', groupId: 'g' });
      return success;
    });
    await put('a/1');
    await post('to the queue');
    await stack().testing.drain();
    expect(bodiesOf('Packer')).toEqual(['from the courier']);
  });
});

describe('the delivery of asynchronous invocations', () => {
  const current: { delivery: AsyncDelivery } = { delivery: (deliver) => deliver() };
  const asyncDelivery: AsyncDelivery = (deliver, functionId) => current.delivery(deliver, functionId);
  const { stack, post, bodiesOf } = useAsyncStack({ testing: { asyncDelivery } });

  it('can be lost, by function', async () => {
    current.delivery = async (deliver, functionId) => (functionId === 'Courier' ? undefined : deliver());
    await post('lost');
    await stack().testing.drain();
    await stack().testing.runAsyncRetries();
    expect(bodiesOf('the-courier')).toEqual([]);
  });

  it('can be doubled', async () => {
    current.delivery = async (deliver) => {
      await deliver();
      await deliver();
    };
    await post('doubled');
    await stack().testing.drain();
    expect(bodiesOf('the-courier')).toEqual(['doubled', 'doubled']);
  });

  it('can be late, and a drain does not wait for it', async () => {
    const held: (() => Promise<void>)[] = [];
    current.delivery = async (deliver) => {
      held.push(deliver);
    };
    await post('late');
    await stack().testing.drain();
    expect(bodiesOf('the-courier')).toEqual([]);
    await Promise.all(held.map((deliver) => deliver()));
    expect(bodiesOf('the-courier')).toEqual(['late']);
  });
});

it('a stack does not start when a role does not let Lambda report lost events', async () => {
  const template = structuredClone(asyncTemplate);
  template.Resources.CourierRole.Properties.Policies = [];
  const assembly = writeEventStack('http://127.0.0.1:1', template);
  await expect(runEventStack(assembly.folder, 'dynoxide')).rejects.toThrow(
    /^unable to run the asynchronous invocations of Courier; its role does not grant sqs:SendMessage on .*:LostEvents$/,
  );
  assembly.remove();
});
