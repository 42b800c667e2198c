import { afterEach, expect, it } from 'vitest';
import type { InvokeResult } from '../../../../lib/local/lambda/invoke.ts';
import type { ApiThrottle } from '../../../../lib/local/quotas/throttles.ts';
import { callConnections, closeAll, connect, refusal, startApi } from './gateway-client.ts';

afterEach(closeAll);

const refusing = (name: keyof ApiThrottle): ApiThrottle => ({
  connect: () => name !== 'connect',
  request: () => name !== 'request',
  connectionsCall: () => name !== 'connectionsCall',
});

it('a connection that the throttle refuses gets 429, and neither the authorizer nor $connect runs', async () => {
  const api = await startApi({ $connect: () => ({ statusCode: 200 }) }, { throttle: refusing('connect') });
  expect(await refusal(api.url)).toEqual({ status: 429, errorType: 'TooManyRequestsException' });
  expect(api.calls.items).toEqual([]);
});

it('a frame that the throttle refuses gets an error frame and runs nothing', async () => {
  const api = await startApi({ $default: () => ({ body: 'ran' }) }, { throttle: refusing('request') });
  const client = await connect(api.url);
  client.socket.send('{}');
  const connectionId = api.connectionIds()[0];
  expect(JSON.parse(await client.message())).toMatchObject({ message: 'Too Many Requests', connectionId });
  expect(api.calls.items).toEqual([]);
});

it('a call of @connections that the throttle refuses gets 429, and the client gets nothing', async () => {
  const throttle = { ...refusing('connectionsCall') };
  const api = await startApi({}, { throttle });
  const client = await connect(api.url);
  const connectionId = api.connectionIds()[0] ?? '';
  const refused = await callConnections(api.connectionsUrl, 'POST', connectionId, 'refused');
  expect([refused.status, refused.headers.get('x-amzn-errortype')]).toEqual([429, 'LimitExceededException']);
  throttle.connectionsCall = () => true;
  await callConnections(api.connectionsUrl, 'POST', connectionId, 'marker');
  expect(await client.message()).toBe('marker');
});

const timedOut: InvokeResult = { ok: false, errorType: 'IntegrationTimeout', errorMessage: 'late', timedOut: true };

it('a frame whose function takes too long gets an error frame', async () => {
  const api = await startApi({ $default: () => ({}) }, { invoke: async () => timedOut });
  const client = await connect(api.url);
  client.socket.send('{}');
  expect(JSON.parse(await client.message())).toMatchObject({ message: 'Endpoint request timed out' });
});

it('a connection whose $connect takes too long gets 504', async () => {
  const api = await startApi({ $connect: () => ({}) }, { invoke: async () => timedOut });
  expect(await refusal(api.url)).toMatchObject({ status: 504 });
});
