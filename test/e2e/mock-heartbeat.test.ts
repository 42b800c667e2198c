import { once } from 'node:events';
import { ApiGatewayManagementApiClient, GetConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type RawData, WebSocket } from 'ws';
import { LEASE_MS } from '../../lib/domain/lease.ts';
import { type AheadDeployment, startAhead } from './ahead-deployment.ts';

let ahead: AheadDeployment;
const sockets: WebSocket[] = [];

beforeAll(async () => {
  ahead = await startAhead({ realTimeKickOut: true, mockHeartbeat: true });
}, 60_000);

afterAll(async () => {
  for (const socket of sockets) socket.terminate();
  await ahead.stack.close();
});

async function open(userId: string): Promise<WebSocket> {
  const token = await ahead.appServer.token(userId);
  const socket = new WebSocket(ahead.stack.webSocketUrl, ['doorman.v1', `token.${token}`]);
  sockets.push(socket);
  await once(socket, 'open');
  return socket;
}

/** Sends a frame and returns what comes next. */
async function ask(socket: WebSocket, frame: object): Promise<object> {
  const next = once(socket, 'message') as Promise<[RawData]>;
  socket.send(JSON.stringify(frame));
  return JSON.parse(String((await next)[0])) as object;
}

const framesServed = (): number =>
  ahead.stack.testing
    .environments()
    .filter(({ functionName }) => functionName.includes('Message'))
    .reduce((sum, { invocations }) => sum + invocations, 0);

/** When the gateway heard of this connection last. */
async function lastActiveMs(connectionId: string): Promise<number> {
  const sweep = ahead.stack.functions.find(({ functionName }) => functionName.includes('Sweep'));
  const credentials = { accessKeyId: sweep?.logicalId ?? '', secretAccessKey: 'local' };
  const client = new ApiGatewayManagementApiClient({
    endpoint: ahead.stack.connectionsUrl,
    region: 'us-east-1',
    credentials,
  });
  const { LastActiveAt } = await client.send(new GetConnectionCommand({ ConnectionId: connectionId }));
  return LastActiveAt?.getTime() ?? 0;
}

it('a heartbeat ends at the gateway, is not answered, and keeps its connection', async () => {
  const alice = await open('alice');
  const [connectionId = ''] = ahead.stack.testing.connectionIds();
  const bob = await open('bob');
  for (const socket of [alice, bob]) {
    const join = { action: 'join', id: 'j', room: 'silent', messageCount: -1, autoCreate: true };
    expect(await ask(socket, join)).toMatchObject({ id: 'j', code: 0 });
  }
  const servedBefore = framesServed();
  ahead.pass(LEASE_MS / 2);
  const beatAtMs = ahead.now();
  alice.send(JSON.stringify({ action: 'beat' }));
  await vi.waitFor(async () => expect(await lastActiveMs(connectionId)).toBeGreaterThanOrEqual(beatAtMs), 10_000);
  // A schedule's time has whole seconds.
  ahead.pass(LEASE_MS / 2 + 1000);
  await ahead.sweep();
  expect(await ahead.appServer.isMember('silent', 'alice')).toBe(true);
  expect(await ahead.appServer.isMember('silent', 'bob')).toBe(false);
  expect(await ask(alice, { action: 'ping', id: 'p' })).toMatchObject({ id: 'p', code: 0 });
  expect(framesServed() - servedBefore).toBe(1);
  expect(ahead.denials()).toEqual([]);
});
