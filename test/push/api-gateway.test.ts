import { ApiGatewayManagementApiClient } from '@aws-sdk/client-apigatewaymanagementapi';
import { afterEach, describe, expect, it } from 'vitest';
import { createApiGatewayPush } from '../../lib/push/api-gateway.ts';
import { closeAll, connect, startApi } from '../local/gateway/websocket/gateway-client.ts';

const clients: ApiGatewayManagementApiClient[] = [];
afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  await closeAll();
});

/** An API with one open connection, and a push that may do what `methods` says. */
async function startPush(methods: readonly string[] = ['POST', 'GET', 'DELETE']) {
  const clock = { nowMs: 1_000 };
  const api = await startApi(
    {},
    { now: () => clock.nowMs, authorizeCall: ({ method }: { method: string }) => methods.includes(method) },
  );
  const socket = await connect(api.url);
  const client = new ApiGatewayManagementApiClient({
    endpoint: api.connectionsUrl,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    maxAttempts: 1,
  });
  clients.push(client);
  const faults: string[] = [];
  const push = createApiGatewayPush({ client, onFault: (what) => faults.push(what) });
  const [connectionId = ''] = api.connectionIds();
  return { clock, socket, push, faults, connectionId };
}

const closing = { event: 'closing', code: 31010, message: 'another device' } as const;

describe('the push', () => {
  it('posts a frame', async () => {
    const { socket, push, connectionId } = await startPush();
    expect(await push.post(connectionId, closing)).toBe('ok');
    expect(JSON.parse(await socket.message())).toEqual(closing);
  });

  it('tells when something last came from the client; what went to him does not count', async () => {
    const { clock, socket, push, connectionId } = await startPush();
    expect(await push.lastActiveMs(connectionId)).toBe(1_000);
    clock.nowMs = 62_000;
    socket.socket.send('no route is for it');
    expect(await socket.message()).toContain('Forbidden');
    clock.nowMs = 99_000;
    await push.post(connectionId, closing);
    expect(await push.lastActiveMs(connectionId)).toBe(62_000);
  });

  it('closes the socket, and knows then that it is gone', async () => {
    const { socket, push, faults, connectionId } = await startPush();
    await push.close(connectionId);
    expect((await socket.closed).code).toBe(1000);
    expect(await push.lastActiveMs(connectionId)).toBe('gone');
    expect(await push.post(connectionId, closing)).toBe('gone');
    await push.close(connectionId);
    expect(faults).toEqual([]);
  });

  it('never rejects, and what it could not do proves nothing', async () => {
    const { push, faults, connectionId } = await startPush([]);
    expect(await push.post(connectionId, closing)).toBe('failed');
    expect(await push.lastActiveMs(connectionId)).toBeUndefined();
    await push.close(connectionId);
    expect(faults).toEqual(['post to a connection', 'look at a connection', 'close a connection']);
  });
});
