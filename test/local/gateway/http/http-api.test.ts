import { afterEach, expect, it } from 'vitest';
import { type HttpApiOptions, startHttpApi } from '../../../../lib/local/gateway/http/http-api.ts';
import type { InvokeResult } from '../../../../lib/local/lambda/invoke.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(() => Promise.all(open.splice(0).map((api) => api.close())));

const MAY_2026_MS = Date.UTC(2026, 4, 6, 7, 8, 9);

async function start(
  routes: Record<string, string>,
  result: InvokeResult = { ok: true, payload: 'ok' },
  more: Partial<HttpApiOptions> = {},
) {
  const calls: { functionId: string; event: unknown }[] = [];
  const api = await startHttpApi({
    apiId: 'http1',
    stage: '$default',
    port: 0,
    routes,
    invoke: async (functionId, event) => {
      calls.push({ functionId, event });
      return result;
    },
    now: () => MAY_2026_MS,
    randomId: () => 'request-1',
    log: () => {},
    ...more,
  });
  open.push(api);
  return { ...api, calls };
}

const answer = (payload: unknown): InvokeResult => ({ ok: true, payload });

it('creates events of payload format 2.0', async () => {
  const api = await start({ 'ANY /{proxy+}': 'all' });
  await fetch(`${api.url}/orders/1?a=1&a=2`, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json; charset=utf-8',
      'X-Name': 'n',
      'User-Agent': 'tester',
      Cookie: 'c=1',
    },
    body: '{"é":1}',
  });
  expect(api.calls[0]).toMatchObject({
    functionId: 'all',
    event: {
      version: '2.0',
      routeKey: 'ANY /{proxy+}',
      rawPath: '/orders/1',
      rawQueryString: 'a=1&a=2',
      queryStringParameters: { a: '1,2' },
      pathParameters: { proxy: 'orders/1' },
      cookies: ['c=1'],
      headers: { 'x-name': 'n' },
      requestContext: {
        apiId: 'http1',
        stage: '$default',
        requestId: 'request-1',
        routeKey: 'ANY /{proxy+}',
        time: '06/May/2026:07:08:09 +0000',
        timeEpoch: MAY_2026_MS,
        http: { method: 'POST', path: '/orders/1', sourceIp: '127.0.0.1', userAgent: 'tester', protocol: 'HTTP/1.1' },
      },
      body: '{"é":1}',
      isBase64Encoded: false,
    },
  });
});

it.each([
  ['application/x-www-form-urlencoded', true],
  ['application/octet-stream', true],
  ['text/plain', false],
  ['application/xml', false],
])('encodes a body of %s in base64: %s', async (type, isBase64Encoded) => {
  const api = await start({ $default: 'all' });
  await fetch(api.url, { method: 'POST', headers: { 'content-type': type }, body: 'a=1' });
  const body = isBase64Encoded ? Buffer.from('a=1').toString('base64') : 'a=1';
  expect(api.calls[0]?.event).toMatchObject({ body, isBase64Encoded });
});

it.each([
  ['GET', '/x', 'get-x'],
  ['POST', '/x', 'any-x'],
  ['GET', '/x/1', 'variable'],
  ['GET', '/x/1/2', 'greedy'],
  ['GET', '/', 'default'],
])('%s %s goes to %s', async (method, path, functionId) => {
  const api = await start({
    $default: 'default',
    'ANY /{proxy+}': 'greedy',
    'GET /x/{id}': 'variable',
    'ANY /x': 'any-x',
    'GET /x': 'get-x',
  });
  await fetch(`${api.url}${path}`, { method });
  expect(api.calls.map((call) => call.functionId)).toEqual([functionId]);
});

it('answers 404 without a route', async () => {
  const api = await start({ 'POST /x': 'x' });
  const response = await fetch(`${api.url}/x`);
  expect(response.status).toBe(404);
  expect(await response.json()).toEqual({ message: 'Not Found' });
});

it('answers with status, headers, cookies and body', async () => {
  const headers = { 'Content-Type': 'image/png', 'x-number': 7 };
  const body = Buffer.from([1, 2, 255]).toString('base64');
  const api = await start(
    { $default: 'f' },
    answer({ statusCode: 201, headers, cookies: ['a=1', 'b=2'], body, isBase64Encoded: true }),
  );
  const response = await fetch(api.url);
  expect(response.status).toBe(201);
  expect(response.headers.get('content-type')).toBe('image/png');
  expect(response.headers.get('x-number')).toBe('7');
  expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
  expect([...new Uint8Array(await response.arrayBuffer())]).toEqual([1, 2, 255]);
});

it('answers any other JSON value as the body of a 200', async () => {
  const api = await start({ $default: 'f' }, answer({ orders: [1] }));
  const response = await fetch(api.url);
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('application/json');
  expect(await response.json()).toEqual({ orders: [1] });
});

it.each<[string, InvokeResult]>([
  ['fails', { ok: false, errorType: 'Error', errorMessage: 'secret' }],
  ['answers a body that is not text', answer({ statusCode: 200, body: {} })],
])('answers 500 when the function %s', async (_what, result) => {
  const api = await start({ $default: 'f' }, result);
  const response = await fetch(api.url);
  expect(response.status).toBe(500);
  expect(await response.json()).toEqual({ message: 'Internal Server Error' });
});

it('refuses a body over 10 MB with 413', async () => {
  const api = await start({ $default: 'f' });
  const response = await fetch(api.url, { method: 'POST', body: Buffer.alloc(10 * 1024 * 1024 + 1) });
  expect(response.status).toBe(413);
  expect(api.calls).toEqual([]);
});

it.each([
  ['more than Lambda accepts in base64', 'application/x-www-form-urlencoded', 4_718_592],
  ['more than Lambda accepts as text', 'text/plain', 6_291_456],
  ['more than 10 MB', 'text/plain', 10_485_761],
])('refuses a body of %s with 413 and invokes no function', async (_what, type, bytes) => {
  const api = await start({ 'ANY /{proxy+}': 'all' });
  const response = await fetch(`${api.url}/x`, {
    method: 'POST',
    headers: { 'content-type': type },
    body: 'x'.repeat(bytes),
  });
  expect([response.status, await response.json()]).toEqual([413, { message: 'Request Entity Too Large' }]);
  expect(api.calls).toEqual([]);
});

it('accepts a form of 4 MB', async () => {
  const api = await start({ 'ANY /{proxy+}': 'all' });
  const response = await fetch(`${api.url}/x`, {
    method: 'POST',
    body: new URLSearchParams({ a: 'x'.repeat(4_194_304) }),
  });
  expect([response.status, api.calls.length]).toEqual([200, 1]);
});

it('refuses a request line and headers of more than 10,240 bytes with 431', async () => {
  const api = await start({ 'ANY /{proxy+}': 'all' });
  const status = async (bytes: number) =>
    (await fetch(`${api.url}/x`, { headers: { 'x-long': 'x'.repeat(bytes) } })).status;
  expect([await status(10_000), await status(10_240)]).toEqual([200, 431]);
  expect(api.calls).toHaveLength(1);
});

it('answers 500 when the result exceeds the limit of Lambda', async () => {
  const api = await start({ 'ANY /{proxy+}': 'all' }, answer({ statusCode: 200, body: 'x'.repeat(6_291_456) }));
  expect((await fetch(`${api.url}/x`)).status).toBe(500);
});

it('answers 429 to what its throttle refuses, and runs nothing for it', async () => {
  const throttle = { connect: () => true, request: () => false, connectionsCall: () => true };
  const api = await start({ $default: 'all' }, undefined, { throttle });
  const response = await fetch(`${api.url}/x`);
  expect([response.status, await response.json(), api.calls]).toEqual([429, { message: 'Too Many Requests' }, []]);
});

it('answers 503 for a function that it has stopped waiting for', async () => {
  const timedOut = { ok: false, errorType: 'IntegrationTimeout', errorMessage: 'late', timedOut: true } as const;
  const api = await start({ $default: 'all' }, timedOut);
  const response = await fetch(`${api.url}/x`);
  expect([response.status, await response.json()]).toEqual([503, { message: 'Service Unavailable' }]);
});
