import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { callConnections, closeAll, connect, type FakeLambda, startApi } from './gateway-client.ts';
import { handshakeWith, textFrame } from './raw-client.ts';

afterEach(closeAll);

const echoRoute: FakeLambda = ({ requestContext, body }) => ({
  statusCode: 200,
  body: `${requestContext.routeKey}:${body}`,
});

describe('a message', () => {
  it('goes to the route that its body names', async () => {
    const api = await startApi({ join: echoRoute, $default: echoRoute });
    const client = await connect(api.url);
    client.socket.send('{"action":"join"}');
    expect(await client.message()).toBe('join:{"action":"join"}');
    const { event } = await api.calls.next();
    expect(event).toMatchObject({ body: '{"action":"join"}', isBase64Encoded: false });
    expect(event.requestContext).toMatchObject({
      eventType: 'MESSAGE',
      routeKey: 'join',
      messageId: expect.any(String),
      connectionId: api.connectionIds()[0],
    });
  });

  it.each(['not json', '{"action":"other"}', '{"action":7}', '[]', 'null', '{"action":"$connect"}', '{"a":1}'])(
    'goes to $default: %s',
    async (body) => {
      const api = await startApi({ join: echoRoute, $default: echoRoute, $connect: echoRoute });
      const client = await connect(api.url);
      client.socket.send(body);
      expect(await client.message()).toBe(`$default:${body}`);
    },
  );

  it('is routed by a nested field', async () => {
    const options = { routeSelectionExpression: '$request.body.to.name' };
    const api = await startApi({ join: echoRoute, $default: echoRoute }, options);
    const client = await connect(api.url);
    client.socket.send('{"to":{"name":"join"}}');
    expect(await client.message()).toMatch(/^join:/);
  });

  it('without a matching route gets Forbidden', async () => {
    const api = await startApi({ join: echoRoute });
    const client = await connect(api.url);
    client.socket.send('x');
    expect(JSON.parse(await client.message())).toMatchObject({ message: 'Forbidden', requestId: expect.any(String) });
  });

  it('gets no answer from a route without route response', async () => {
    const api = await startApi({ silent: echoRoute, join: echoRoute });
    const client = await connect(api.url);
    client.socket.send('{"action":"silent"}');
    await api.calls.next();
    client.socket.send('{"action":"join"}');
    expect(await client.message()).toMatch(/^join:/);
  });

  it.each([
    ['fails', () => Promise.reject(new Error('secret'))],
    ['answers no object', () => 'text'],
  ])('gets an error frame when its function %s', async (_what, lambda) => {
    const api = await startApi({ $default: lambda });
    const client = await connect(api.url);
    client.socket.send('x');
    const { event } = await api.calls.next();
    const { connectionId, requestId } = event.requestContext;
    expect(JSON.parse(await client.message())).toEqual({ message: 'Internal server error', connectionId, requestId });
  });

  it('does not wait for the previous one, and @connections works concurrently', async () => {
    const answers: ((value: object) => void)[] = [];
    const api = await startApi({ $default: () => new Promise((resolve) => answers.push(resolve)) });
    const client = await connect(api.url);
    client.socket.send('1');
    client.socket.send('2');
    const { event } = await api.calls.next();
    await api.calls.next();
    const posted = await callConnections(api.connectionsUrl, 'POST', event.requestContext.connectionId, 'concurrently');
    expect(posted.status).toBe(200);
    expect(await client.message()).toBe('concurrently');
    answers[1]?.({ body: 'second' });
    expect(await client.message()).toBe('second');
    answers[0]?.({ body: 'first' });
    expect(await client.message()).toBe('first');
  });
});

it('refuses to start with an unsupported expression', async () => {
  await expect(startApi({}, { routeSelectionExpression: '$request.header.x' })).rejects.toThrow(
    'unable to read route selection expression',
  );
});

describe('the limits', () => {
  it('allow a frame of 32 KB and close the connection on a longer one with 1009', async () => {
    const api = await startApi({ $default: ({ body }) => ({ body: String(body?.length) }) });
    const client = await connect(api.url);
    client.socket.send('x'.repeat(32_768));
    expect(await client.message()).toBe('32768');
    await api.calls.next();
    client.socket.send('x'.repeat(32_769));
    expect((await client.closed).code).toBe(1009);
    expect(api.calls.items).toEqual([]);
  });

  it.each([32_769, 65_535, 65_536, 131_070, 131_073, 1_000_000])(
    'close the connection on one frame of %i bytes with 1009, and no route runs',
    async (bytes) => {
      const api = await startApi({ $default: echoRoute, $disconnect: () => ({}) });
      // A client with default options offers compression.
      const socket = new WebSocket(api.url);
      const closed = once(socket, 'close');
      await once(socket, 'open');
      expect(socket.extensions).toBe('');
      socket.send('x'.repeat(bytes));
      expect((await closed)[0]).toBe(1009);
      const { functionId, event } = await api.calls.next();
      expect([functionId, event.requestContext.disconnectStatusCode]).toEqual(['$disconnect', 1009]);
      expect(api.calls.items).toEqual([]);
    },
  );

  it('apply to every frame of a message, and to one that arrives with the handshake', async () => {
    const api = await startApi({ $default: echoRoute, $disconnect: () => ({}) });
    const late = await connect(api.url);
    late.socket.send('x', { fin: false });
    late.socket.send('x'.repeat(32_769));
    expect((await late.closed).code).toBe(1009);
    const early = await handshakeWith(api.port, textFrame('x'.repeat(32_769)));
    expect(early).toContain('101 Switching Protocols');
    const codes = [await api.calls.next(), await api.calls.next()].map(({ functionId, event }) => [
      functionId,
      event.requestContext.disconnectStatusCode,
    ]);
    expect(codes).toEqual([
      ['$disconnect', 1009],
      ['$disconnect', 1009],
    ]);
  });

  it('count bytes, not characters', async () => {
    const api = await startApi({ $default: ({ body }) => ({ body: String(body?.length) }) });
    const client = await connect(api.url);
    client.socket.send('é'.repeat(16_384));
    expect(await client.message()).toBe('16384');
    client.socket.send(`${'é'.repeat(16_384)}x`);
    expect((await client.closed).code).toBe(1009);
  });

  it('allow a message of 128 KB in frames and close the connection on a longer one with 1009', async () => {
    const api = await startApi({ $default: ({ body }) => ({ body: String(body?.length) }), $disconnect: () => ({}) });
    const client = await connect(api.url);
    for (let at = 0; at < 4; at += 1) client.socket.send('x'.repeat(32_768), { fin: at === 3 });
    expect(await client.message()).toBe('131072');
    await api.calls.next();
    for (let at = 0; at < 4; at += 1) client.socket.send('x'.repeat(32_768), { fin: false });
    client.socket.send('x');
    expect((await client.closed).code).toBe(1009);
    const { functionId, event } = await api.calls.next();
    expect(functionId).toBe('$disconnect');
    expect(event.requestContext.disconnectStatusCode).toBe(1009);
  });

  it('split an answer of up to 128 KB into frames of 32 KB, and replace a longer one with an error', async () => {
    const api = await startApi({ $default: ({ body }) => ({ body: '☃'.repeat(Number(body)) }) });
    const client = await connect(api.url);
    client.socket.send('10922');
    expect(await client.message()).toHaveLength(10_922);
    client.socket.send('43690');
    expect(await client.message()).toBe('☃'.repeat(43_690));
    client.socket.send('43691');
    expect(JSON.parse(await client.message())).toMatchObject({ message: 'Internal server error' });
    expect(client.got.tooLongFrames).toBe(0);
  });

  it.each([
    ['a text that is not UTF-8', [0xff]],
    ['half a character', [0xc3]],
    ['a lone surrogate', [0xed, 0xa0, 0x80]],
    ['a character in too many bytes', [0xc0, 0xaf]],
  ])('close the connection on %s with 1007', async (_what, bytes) => {
    const api = await startApi({ $default: echoRoute, $disconnect: () => ({}) });
    const client = await connect(api.url);
    client.socket.send(Buffer.from(bytes), { binary: false });
    expect((await client.closed).code).toBe(1007);
    const { functionId, event } = await api.calls.next();
    expect([functionId, event.requestContext.disconnectStatusCode]).toEqual(['$disconnect', 1007]);
  });

  it('allow a character that is split between frames', async () => {
    const api = await startApi({ $default: echoRoute });
    const client = await connect(api.url);
    for (const [at, byte] of Buffer.from('☃').entries()) {
      client.socket.send(Buffer.from([byte]), { binary: false, fin: at === 2 });
    }
    expect(await client.message()).toBe('$default:☃');
  });

  it.each([
    ['a frame without a mask', Buffer.from([0x81, 0x01, 0x78])],
    ['a compressed frame', Buffer.concat([Buffer.from([0xc1]), textFrame('x').subarray(1)])],
    ['a continuation frame without a start', Buffer.concat([Buffer.from([0x80]), textFrame('x').subarray(1)])],
  ])('close the connection on %s with 1002', async (_what, frame) => {
    const api = await startApi({ $default: echoRoute, $disconnect: () => ({}) });
    await handshakeWith(api.port, frame);
    const { functionId, event } = await api.calls.next();
    expect([functionId, event.requestContext.disconnectStatusCode]).toEqual(['$disconnect', 1002]);
  });

  it('close the connection on a binary frame with 1003', async () => {
    const api = await startApi({ $default: echoRoute });
    const client = await connect(api.url);
    client.socket.send(Buffer.from('x'));
    expect((await client.closed).code).toBe(1003);
    expect(api.calls.items).toEqual([]);
  });

  it.each([
    ['idle', { idleMs: 20, lifeMs: 600_000 }],
    ['old', { idleMs: 600_000, lifeMs: 20 }],
  ])('close an %s connection with 1001', async (_what, times) => {
    const api = await startApi({}, { limits: { frameBytes: 32_768, messageBytes: 131_072, ...times } });
    const client = await connect(api.url);
    expect(await client.closed).toEqual({ code: 1001, reason: 'Going away' });
    expect(api.connectionIds()).toEqual([]);
  });
});
