import { describe, expect, it } from 'vitest';
import { failure } from '../use-event-stack.ts';
import { courierArn, eventOf, type InvokeRequest, useAsyncStack } from './async-stack.ts';

const body = JSON.stringify(eventOf('x'));

describe('the Invoke API', () => {
  const { stack, request, decide, bodiesOf, invocationsOf } = useAsyncStack();

  it('returns the payload of a synchronous invocation, under the request id that the function gets', async () => {
    decide('the-courier', () => ({ payload: { done: ['ünd'] } }));
    const response = await request({ name: 'the-courier', body });
    const headers = ['x-amz-executed-version', 'x-amz-function-error'].map((name) => response.headers.get(name));
    expect([response.status, ...headers]).toEqual([200, '$LATEST', null]);
    expect(await response.json()).toEqual({ done: ['ünd'] });
    const ids = invocationsOf('the-courier').map(({ requestId }) => requestId);
    expect(ids).toEqual([response.headers.get('x-amzn-requestid')]);
  });

  it('returns the error of a function with status 200 and a header', async () => {
    decide('the-courier', () => failure);
    const response = await request({ name: 'the-courier', type: 'RequestResponse', body });
    expect([response.status, response.headers.get('x-amz-function-error')]).toEqual([200, 'Unhandled']);
    expect(await response.json()).toEqual({ errorType: 'Error', errorMessage: 'not this one' });
  });

  it('returns an error instead of a payload over 6 MB', async () => {
    decide('the-courier', () => ({ payload: 'x'.repeat(6_291_556) }));
    const response = await request({ name: 'the-courier', body });
    expect(response.headers.get('x-amz-function-error')).toBe('Unhandled');
    expect(await response.json()).toMatchObject({ errorType: 'Function.ResponseSizeTooLarge' });
  });

  it('answers an asynchronous invocation with 202 and no body', async () => {
    const response = await request({ name: 'the-courier', type: 'Event', body });
    expect([response.status, await response.text()]).toEqual([202, '']);
    await stack().testing.drain();
    expect(invocationsOf('the-courier')).toMatchObject([
      { requestId: response.headers.get('x-amzn-requestid'), records: [{ body: 'x' }] },
    ]);
  });

  it('answers a dry run with 204 and runs nothing', async () => {
    const response = await request({ name: 'the-courier', type: 'DryRun', body });
    await stack().testing.drain();
    expect([response.status, await response.text(), bodiesOf('the-courier')]).toEqual([204, '', []]);
  });

  it.each([courierArn, encodeURIComponent(courierArn), '000000000000:function:the-courier'])(
    'finds a function by %s',
    async (name) => {
      expect((await request({ name, type: 'DryRun' })).status).toBe(204);
    },
  );

  it('knows the latest version, for which a caller needs a grant of its own', async () => {
    const call = { name: 'the-courier%3A%24LATEST', type: 'DryRun' };
    const answers = [await request({ ...call, signer: 'Boss' }), await request(call)];
    expect(answers.map(({ status }) => status)).toEqual([204, 403]);
  });

  it.each<[status: number, error: string, what: string, call: InvokeRequest]>([
    [403, 'AccessDeniedException', 'a function without the grant', { name: 'the-courier', signer: 'Writer' }],
    [403, 'AccessDeniedException', 'a version without the grant', { name: 'the-courier', query: '?Qualifier=7' }],
    [403, 'UnrecognizedClientException', 'a signer that is no function', { name: 'the-courier', signer: 'Nobody' }],
    [403, 'MissingAuthenticationTokenException', 'no signature', { name: 'the-courier', signer: '' }],
    [404, 'ResourceNotFoundException', 'a function that does not exist', { name: 'Nobody', signer: 'Boss' }],
    [404, 'ResourceNotFoundException', 'a version', { name: 'the-courier', query: '?Qualifier=7', signer: 'Boss' }],
    [404, 'UnknownOperationException', 'an invalid name', { name: 'the%20courier' }],
    [400, 'InvalidRequestContentException', 'a body that is not JSON', { name: 'the-courier', body: '{"a":' }],
    [400, 'InvalidParameterValueException', 'an unknown type', { name: 'the-courier', type: 'Later' }],
    [413, 'RequestTooLargeException', '6 MB', { name: 'the-courier', body: `"${'x'.repeat(6_291_455)}"` }],
    [
      413,
      'RequestTooLargeException',
      '1 MB',
      { name: 'the-courier', type: 'Event', body: `"${'x'.repeat(1_048_575)}"` },
    ],
  ])('answers %i %s for %s', async (status, error, _what, call) => {
    const response = await request(call);
    const { message } = (await response.json()) as { message: string };
    expect([response.status, response.headers.get('x-amzn-errortype')]).toEqual([status, error]);
    expect(message).not.toBe('');
    await stack().testing.drain();
    expect(bodiesOf('the-courier')).toEqual([]);
  });

  it('takes an asynchronous payload of exactly 1 MB', async () => {
    const response = await request({ name: 'the-courier', type: 'DryRun', body: `"${'x'.repeat(6_291_454)}"` });
    expect(response.status).toBe(204);
    const large = JSON.stringify(eventOf('x'.repeat(1_048_576 - JSON.stringify(eventOf('')).length)));
    expect((await request({ name: 'the-courier', type: 'Event', body: large })).status).toBe(202);
    await stack().testing.drain();
    expect(bodiesOf('the-courier').map(({ length }) => length)).toEqual([
      1_048_576 - JSON.stringify(eventOf('')).length,
    ]);
  });

  it('counts the grant as used, also of a function that calls', async () => {
    const call = { do: 'lambda', name: 'the-courier', type: 'Event', payload: eventOf('from the Caller') };
    const result = await stack().invoke('Caller', call);
    expect(result).toEqual({ ok: true, payload: { status: 202, body: '' } });
    await stack().testing.drain();
    expect(bodiesOf('the-courier')).toEqual(['from the Caller']);
    expect(stack().testing.usedGrants()).toContainEqual({
      functionId: 'Caller',
      functionName: 'Caller',
      action: 'lambda:InvokeFunction',
      resource: courierArn,
    });
    const refused = stack()
      .testing.usedGrants()
      .filter(({ functionId, action }) => functionId === 'Writer' && action.startsWith('lambda:'));
    expect(refused).toEqual([]);
  });
});
