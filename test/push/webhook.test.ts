import { createServer, type RequestListener } from 'node:http';
import { afterEach, expect, test } from 'vitest';
import { postWebhook } from '../../lib/push/webhook.ts';
import { listen } from '../support/listen.ts';

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** An app's server: its address, and the bodies that it got. */
async function startServer(answer: RequestListener): Promise<{ url: string; bodies: string[] }> {
  const bodies: string[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += String(chunk);
    });
    request.on('end', () => {
      bodies.push(body);
      answer(request, response);
    });
  });
  const port = await listen(server);
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${port}/events`, bodies };
}

const calls = (url: string) => {
  let count = 0;
  return () => {
    count += 1;
    return { url, headers: { 'content-type': 'application/json' }, body: `call ${count}` };
  };
};
const options = { fetch, timeoutMs: 60_000, attempts: 3 };

test('2xx means delivered, after one call', async () => {
  const { url, bodies } = await startServer((_request, response) => response.writeHead(204).end());
  await postWebhook(calls(url), options);
  expect(bodies).toEqual(['call 1']);
});

test('an error is retried twice, each time with a new signature, and then thrown', async () => {
  const { url, bodies } = await startServer((_request, response) => response.writeHead(503).end('busy'));
  await expect(postWebhook(calls(url), options)).rejects.toThrow('unable to post events; the server answered 503');
  expect(bodies).toEqual(['call 1', 'call 2', 'call 3']);
});

test('the second call may succeed', async () => {
  const statuses = [500, 200];
  const { url, bodies } = await startServer((_request, response) => response.writeHead(statuses.shift() ?? 500).end());
  await postWebhook(calls(url), options);
  expect(bodies).toEqual(['call 1', 'call 2']);
});

test('a call without an answer is given up after the timeout', async () => {
  const { url, bodies } = await startServer(() => undefined);
  await expect(postWebhook(calls(url), { ...options, timeoutMs: 50 })).rejects.toThrow('no answer in 50 ms');
  expect(bodies.length).toBeGreaterThan(0);
});

test('a redirect is not followed: the signed call goes to no other server', async () => {
  const other = await startServer((_request, response) => response.end());
  const { url } = await startServer((_request, response) => response.writeHead(307, { location: other.url }).end());
  await expect(postWebhook(calls(url), options)).rejects.toThrow('unable to post events');
  expect(other.bodies).toEqual([]);
});

test('a server that does not listen', async () => {
  const { url } = await startServer((_request, response) => response.end());
  for (const close of closers.splice(0)) close();
  await expect(postWebhook(calls(url), options)).rejects.toThrow('the server cannot be reached');
});
