import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { closeAll, connect, createClient, createQueue, startApi } from './gateway-client.ts';
import { beginHandshake } from './raw-client.ts';

afterEach(closeAll);

const ok = () => ({ statusCode: 200 });

describe('$disconnect', () => {
  it('contains the code and the reason of the client', async () => {
    const api = await startApi({ $disconnect: ok });
    const client = await connect(api.url);
    const [connectionId] = api.connectionIds();
    client.socket.close(4001, 'bye');
    const { event } = await api.calls.next();
    expect(event.requestContext).toMatchObject({
      routeKey: '$disconnect',
      eventType: 'DISCONNECT',
      connectionId,
      disconnectStatusCode: 4001,
      disconnectReason: 'bye',
    });
    expect(api.connectionIds()).toEqual([]);
  });

  it('contains 1005 when the client gave no code', async () => {
    const api = await startApi({ $disconnect: ok });
    const client = await connect(api.url);
    client.socket.close();
    const { event } = await api.calls.next();
    expect(event.requestContext).toMatchObject({ disconnectStatusCode: 1005 });
  });

  it('follows a force-close, which the client sees as 1006', async () => {
    const api = await startApi({ $disconnect: ok });
    const client = await connect(api.url);
    for (const connectionId of api.connectionIds()) api.forceClose(connectionId);
    expect((await client.closed).code).toBe(1006);
    const { event } = await api.calls.next();
    expect(event.requestContext).toMatchObject({ disconnectStatusCode: 1006 });
  });

  it('may be lost, delayed and repeated', async () => {
    const deliveries = createQueue<() => Promise<void>>();
    const api = await startApi(
      { $disconnect: ok },
      {
        disconnectDelivery: async (deliver) => deliveries.push(deliver),
      },
    );
    const client = await connect(api.url);
    client.socket.terminate();
    const deliver = await deliveries.next();
    expect(api.connectionIds()).toEqual([]);
    expect(api.calls.items).toEqual([]);
    await deliver();
    await deliver();
    expect(api.calls.items).toHaveLength(2);
    expect(deliveries.items).toEqual([]);
  });

  it('does not run when its delivery fails, and the failure is logged', async () => {
    const lines = createQueue<string>();
    const api = await startApi(
      { $disconnect: ok },
      { disconnectDelivery: () => Promise.reject(new Error('lost')), log: lines.push },
    );
    (await connect(api.url)).socket.close();
    expect(await lines.next()).toMatch(/^unable to deliver \$disconnect of .+; Error: lost$/);
  });
});

describe('close', () => {
  it('closes open sockets and unanswered upgrades, and delivers no $disconnect', async () => {
    const api = await startApi({ $disconnect: ok, $connect: ({ headers }) => (headers.Hold ? hold : ok()) });
    const hold = new Promise(() => {});
    const client = await connect(api.url);
    await api.calls.next();
    const waiting = createClient(api.url, [], { Hold: '1' });
    await api.calls.next();
    await api.close();
    expect((await client.closed).code).toBeGreaterThan(1000);
    expect((await waiting.closed).code).toBe(1006);
    expect(api.calls.items).toEqual([]);
    expect(api.connectionIds()).toEqual([]);
  });

  it('is not held up by a client that ended its side while $connect ran', async () => {
    let admit = (_answer: object): void => undefined;
    const held = new Promise<object>((resolve) => {
      admit = resolve;
    });
    const api = await startApi({ $connect: () => held, $disconnect: ok });
    const socket = beginHandshake(api.port);
    const ended = once(socket, 'close');
    await api.calls.next();
    socket.end();
    // Its answer shows that the end has arrived: it was sent before.
    await fetch(api.connectionsUrl);
    admit(ok());
    expect((await api.calls.next()).event.requestContext.routeKey).toBe('$disconnect');
    await ended;
    await api.close();
  });
});
