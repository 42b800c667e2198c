import { describe, expect, it } from 'vitest';
import { eventOf, useAsyncStack } from './async-stack.ts';

describe('a function with a reserved concurrency', () => {
  const { stack, request, bodiesOf } = useAsyncStack();

  it('answers 429 to a synchronous invocation when its only environment is busy', async () => {
    const call = { do: 'lambda', name: 'Narrow', type: 'RequestResponse', payload: {} };
    const result = await stack().invoke('Narrow', call);
    expect(result).toMatchObject({ ok: true, payload: { status: 429 } });
  });

  it('answers 429 to every invocation when it may not run', async () => {
    const response = await request({ name: 'Closed' });
    expect([response.status, response.headers.get('x-amzn-errortype')]).toEqual([429, 'TooManyRequestsException']);
    expect(await response.json()).toEqual({
      Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded',
      Type: 'User',
      message: 'Rate Exceeded.',
    });
  });

  it('makes API Gateway answer 500 when it is throttled', async () => {
    const response = await fetch(`${stack().httpApiUrl}/closed`);
    expect([response.status, await response.json()]).toEqual([500, { message: 'Internal Server Error' }]);
  });

  it('runs asynchronous events one after the other, in one environment', async () => {
    const bodies = ['1', '2', '3', '4', '5'];
    const answers = bodies.map((each) => {
      return request({ name: 'Narrow', type: 'Event', body: JSON.stringify(eventOf(each)) });
    });
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual(bodies.map(() => 202));
    await stack().testing.drain();
    expect(bodiesOf('Narrow')).toHaveLength(bodies.length);
    expect(new Set(bodiesOf('Narrow'))).toEqual(new Set(bodies));
    const environments = stack().testing.environments();
    expect(environments.filter(({ functionId }) => functionId === 'Narrow')).toHaveLength(1);
  });

  it('runs an event that it queues for itself', async () => {
    const call = { do: 'lambda', name: 'Narrow', type: 'Event', payload: eventOf('from itself') };
    expect(await stack().invoke('Narrow', call)).toMatchObject({ payload: { status: 202 } });
    await stack().testing.drain();
    expect(bodiesOf('Narrow')).toEqual(['from itself']);
  });

  it('loses asynchronous events when it may not run', async () => {
    expect((await request({ name: 'Closed', type: 'Event' })).status).toBe(202);
    await stack().testing.drain();
    await stack().testing.runAsyncRetries();
    const environments = stack().testing.environments();
    expect(environments.filter(({ functionId }) => functionId === 'Closed')).toEqual([]);
  });
});
