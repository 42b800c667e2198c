import { type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConsoleServer } from '../../console/server/console-server.ts';
import { webhookRequest } from '../../lib/server-api/webhook.ts';

const SECRET = 'a-secret-that-no-page-gets';
const setup = {
  webSocketUrl: 'ws://127.0.0.1:3000/prod',
  appKey: 'doorman',
  offlineMessageLimit: 31,
  offlineGraceMs: 30_000,
  realTimeGraceMs: 60_000,
  sendsPerSecond: 5,
  hasWebhook: true,
  notifyMemberChanges: false,
  realTimeKickOut: false,
};

interface Sent {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

let server: ConsoleServer;
let sent: Sent[];
let moves: (number | 'sweep')[];

beforeEach(async () => {
  sent = [];
  moves = [];
  server = await ConsoleServer.listen({
    port: 0,
    buildPage: async () => new Map([['/', { type: 'text/html', content: '<!doctype html>' }]]),
    now: () => 1_700_000_000_000,
    randomId: () => 'b1946ac92492d234',
    fetch: async (url, init) => {
      sent.push({ url: String(url), headers: init?.headers as Sent['headers'], body: String(init?.body) });
      return Response.json({ code: 200 });
    },
    log: () => undefined,
  });
  const keys = { serverApiUrl: 'http://127.0.0.1:3001', appKey: 'doorman', appSecret: SECRET };
  const clock = { moveAhead: (ms: number) => moves.push(ms), sweep: async () => void moves.push('sweep') };
  server.show({ setup, keys, clock });
});

afterEach(() => server.close());

interface Reply {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

function ask(method: string, path: string, headers: Readonly<Record<string, string>>, body = ''): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const asked = request(new URL(path, server.url), { method, headers }, async (response) =>
      resolve({ status: response.statusCode, headers: response.headers, body: await text(response) }),
    );
    asked.once('error', reject);
    asked.end(body);
  });
}

const ownHeaders = () => ({ origin: server.url.slice(0, -1), 'content-type': 'application/json' });
const block = JSON.stringify({
  path: '/chatroom/user/block/add.json',
  parameters: { chatroomId: 'r1', userId: 'u1', minute: '30' },
});

describe('the page', () => {
  it('may run nothing but its own files, and connect to the deployment only', async () => {
    const { status, headers } = await ask('GET', '/', {});
    const policy = String(headers['content-security-policy']);
    expect(status).toBe(200);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain("connect-src 'self' ws://127.0.0.1:3000;");
    expect(policy).toContain("require-trusted-types-for 'script'");
    expect(policy).not.toMatch(/unsafe|\*|https?:/);
    expect(headers['access-control-allow-origin']).toBeUndefined();
  });

  it('has only its own files', async () => {
    expect((await ask('GET', '/../package.json', {})).status).toBe(404);
    expect((await ask('PUT', '/', ownHeaders())).status).toBe(405);
  });

  it('gets no secret', async () => {
    const { body } = await ask('GET', '/api/setup', {});
    expect(JSON.parse(body)).toEqual(setup);
    expect(body).not.toContain(SECRET);
  });
});

describe('a call of the server API', () => {
  it('is signed over path and body', async () => {
    const { status, body } = await ask('POST', '/api/call', ownHeaders(), block);
    expect([status, JSON.parse(body)]).toEqual([200, { status: 200, body: { code: 200 } }]);
    expect(sent).toHaveLength(1);
    expect(sent[0]).toMatchObject({
      url: 'http://127.0.0.1:3001/chatroom/user/block/add.json',
      body: 'chatroomId=r1&userId=u1&minute=30',
      headers: { 'App-Key': 'doorman', Nonce: 'b1946ac92492d234', 'Signature-Version': 'doorman-hmac-sha256-v1' },
    });
  });

  it.each([
    ['another Host', { host: 'attacker.example' }],
    ['another Origin', { origin: 'https://attacker.example' }],
    ['another site', { 'sec-fetch-site': 'cross-site' }],
  ])('is refused with %s, and not made', async (_what, headers) => {
    const { status } = await ask('POST', '/api/call', { ...ownHeaders(), ...headers }, block);
    expect([status, sent]).toEqual([403, []]);
  });

  it.each([
    ['a form, which any site can send', { 'content-type': 'text/plain' }, block],
    ['a path that the page does not offer', {}, JSON.stringify({ path: '/user/delusers.json', parameters: {} })],
    ['no call', {}, '[]'],
    ['no JSON', {}, '{'],
  ])('is refused: %s', async (_what, headers, body) => {
    const { status } = await ask('POST', '/api/call', { ...ownHeaders(), ...headers }, body);
    expect([status, sent]).toEqual([400, []]);
  });
});

describe('the clock of the deployment', () => {
  const move = (body: object, headers = {}) =>
    ask('POST', '/api/clock', { ...ownHeaders(), ...headers }, JSON.stringify(body));

  it('goes ahead, and then the sweep runs', async () => {
    expect((await move({ aheadMs: 30_000, sweep: true })).status).toBe(200);
    expect((await move({ aheadMs: 0, sweep: false })).status).toBe(200);
    expect(moves).toEqual([30_000, 'sweep']);
  });

  it.each([
    ['back', { aheadMs: -1, sweep: false }, {}, 400],
    ['by more than an hour', { aheadMs: 3_600_001, sweep: false }, {}, 400],
    ['by no number', { aheadMs: '1', sweep: false }, {}, 400],
    ['by a form, which any site can send', { aheadMs: 1, sweep: true }, { 'content-type': 'text/plain' }, 400],
    ['for another origin', { aheadMs: 1, sweep: true }, { origin: 'https://attacker.example' }, 403],
  ])('is not moved %s', async (_what, body, headers, expected) => {
    expect([(await move(body, headers)).status, moves]).toEqual([expected, []]);
  });
});

describe('the webhook', () => {
  const events = [{ eventId: 'e1', chatRoomId: 'r1', userIds: ['u1'], status: 1, type: 2, time: 1 }] as const;
  const callWith = (secret: string) =>
    webhookRequest({ url: server.webhookUrl, appKey: 'doorman', secret, events, nonce: 'n1', timestampMs: 1 });
  const post = ({ url, headers, body }: ReturnType<typeof callWith>) => {
    const { pathname, search } = new URL(url);
    return ask('POST', pathname + search, headers, body);
  };

  it('reaches the pages that are open, each event once', async () => {
    const page = await new Promise<IncomingMessage>((resolve) => {
      request(new URL('/api/events', server.url), resolve).end();
    });
    let heard = '';
    page.setEncoding('utf8').on('data', (chunk: string) => {
      heard += chunk;
    });
    page.on('error', () => undefined);
    const closed = new Promise((resolve) => page.once('close', resolve));
    expect((await post(callWith(SECRET))).status).toBe(200);
    expect((await post(callWith(SECRET))).status).toBe(200);
    await server.close();
    await closed;
    expect(heard.match(/data: .*/g)).toEqual([`data: ${JSON.stringify(events[0])}`]);
  });

  it('is refused with another secret', async () => {
    expect((await post(callWith('another-secret-of-some-length'))).status).toBe(401);
  });
});
