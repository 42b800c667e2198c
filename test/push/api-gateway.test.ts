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
async function startPush(methods: readonly string[] = ['POST', 'DELETE']) {
  const api = await startApi({}, { authorizeCall: ({ method }: { method: string }) => methods.includes(method) });
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
  return { socket, push, faults, connectionId };
}

const closing = { event: 'closing', code: 31010, message: 'another device' } as const;

describe('the push', () => {
  it('posts a frame', async () => {
    const { socket, push, connectionId } = await startPush();
    expect(await push.post(connectionId, closing)).toBe('ok');
    expect(JSON.parse(await socket.message())).toEqual(closing);
  });

  it('closes the connection, which is gone from then on', async () => {
    const { socket, push, faults, connectionId } = await startPush();
    await push.close(connectionId);
    expect((await socket.closed).code).toBe(1000);
    expect(await push.post(connectionId, closing)).toBe('gone');
    await push.close(connectionId);
    expect(faults).toEqual([]);
  });

  it('never rejects, and a failure proves nothing', async () => {
    const { push, faults, connectionId } = await startPush([]);
    expect(await push.post(connectionId, closing)).toBe('failed');
    await push.close(connectionId);
    expect(faults).toEqual(['post to a connection', 'close a connection']);
  });
});
