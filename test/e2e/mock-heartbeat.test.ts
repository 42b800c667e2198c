import { once } from 'node:events';
import { ApiGatewayManagementApiClient, GetConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type RawData, WebSocket } from 'ws';
import { AppServer } from '../../bin/scenario/app-server.ts';
import { type LocalDeployment, startLocal } from '../../bin/start-local.ts';
import { LEASE_MS } from '../../lib/domain/lease.ts';

let aheadMs = 0;
let stack: LocalDeployment;
let appServer: AppServer;
const sockets: WebSocket[] = [];
const log: string[] = [];

beforeAll(async () => {
  stack = await startLocal({
    port: 0,
    settings: { realTimeKickOut: true, mockHeartbeat: true },
    schedules: 'manual',
    now: () => Date.now() + aheadMs,
    disconnectDelivery: async () => undefined,
    log: (line) => log.push(line),
    step: () => undefined,
  });
  appServer = new AppServer(stack);
}, 60_000);

afterAll(async () => {
  for (const socket of sockets) socket.terminate();
  await stack.close();
});

async function open(userId: string): Promise<WebSocket> {
  const token = await appServer.token(userId);
  const socket = new WebSocket(stack.webSocketUrl, ['doorman.v1', `token.${token}`]);
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
  stack
    .initReports()
    .filter(({ functionName }) => functionName.includes('Message'))
    .reduce((sum, { invocations }) => sum + invocations, 0);

/** When the gateway heard of this connection last. */
async function lastActiveMs(connectionId: string): Promise<number> {
  const sweep = stack.functions.find(({ functionName }) => functionName.includes('Sweep'));
  const credentials = { accessKeyId: sweep?.logicalId ?? '', secretAccessKey: 'local' };
  const client = new ApiGatewayManagementApiClient({
    endpoint: stack.webSocket.connectionsUrl,
    region: 'us-east-1',
    credentials,
  });
  const { LastActiveAt } = await client.send(new GetConnectionCommand({ ConnectionId: connectionId }));
  return LastActiveAt?.getTime() ?? 0;
}

it('a heartbeat ends at the gateway, is not answered, and keeps its connection', async () => {
  const alice = await open('alice');
  const [connectionId = ''] = stack.webSocket.connectionIds();
  const bob = await open('bob');
  for (const socket of [alice, bob]) {
    const join = { action: 'join', id: 'j', room: 'silent', messageCount: -1, autoCreate: true };
    expect(await ask(socket, join)).toMatchObject({ id: 'j', code: 0 });
  }
  const servedBefore = framesServed();
  aheadMs += LEASE_MS / 2;
  const beatAtMs = Date.now() + aheadMs;
  alice.send(JSON.stringify({ action: 'beat' }));
  await vi.waitFor(async () => expect(await lastActiveMs(connectionId)).toBeGreaterThanOrEqual(beatAtMs), 10_000);
  // A schedule's time has whole seconds.
  aheadMs += LEASE_MS / 2 + 1000;
  await stack.fireSchedules(Date.now() + aheadMs);
  expect(await appServer.isMember('silent', 'alice')).toBe(true);
  expect(await appServer.isMember('silent', 'bob')).toBe(false);
  expect(await ask(alice, { action: 'ping', id: 'p' })).toMatchObject({ id: 'p', code: 0 });
  expect(framesServed() - servedBefore).toBe(1);
  expect(log.filter((line) => /AccessDenied|not authorized/i.test(line))).toEqual([]);
});
