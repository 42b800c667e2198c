import { createHash, createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { AppServer } from '../../bin/scenario/app-server.ts';
import { type LocalDeployment, startLocal } from '../../bin/start-local.ts';
import { listen } from '../support/listen.ts';

const WEBHOOK = 'Chatroom/Default/Webhook/Function';
const QUEUE = 'EventsWebhook0F6C5151';
const NEW = 'n3w-0123456789-ABCDEF';
const OK = 101;

const log: string[] = [];
const urls: URL[] = [];
let server: Server;
let stack: LocalDeployment;
let old: AppServer;
let renewed: AppServer;
let laterMs = 0;

beforeAll(async () => {
  server = createServer((request, response) => {
    urls.push(new URL(request.url ?? '', 'http://app'));
    request.resume().on('end', () => response.end());
  });
  const port = await listen(server);
  const webhookUrl = `http://127.0.0.1:${port}/events`;
  stack = await startLocal({
    ...{ port: 0, settings: { webhookUrl, appKey: 'rotating' }, testing: { schedules: 'manual' } },
    ...{ log: (line) => log.push(line), step: () => undefined, now: () => Date.now() + laterMs },
  });
  old = new AppServer(stack);
  renewed = new AppServer({ ...stack, appSecret: NEW });
});

afterAll(async () => {
  await stack.close();
  server.closeAllConnections();
  server.close();
});

const put = (value: object) => stack.putSecret(String(stack.outputs.SecretName), JSON.stringify(value));

/** The HTTP status of a handshake with this token. */
async function connect(token: string): Promise<number | undefined> {
  const socket = new WebSocket(stack.webSocketUrl, ['doorman.v1', `token.${token}`]);
  const refused = once(socket, 'unexpected-response').then(([, response]) => (response as IncomingMessage).statusCode);
  const status = await Promise.race([once(socket, 'open').then(() => OK), refused]);
  socket.on('error', () => undefined).terminate();
  return status;
}

/** The secret with which the webhook signs the event of a new room. */
async function signerOfEvent(chatroomId: string, by: AppServer): Promise<string | undefined> {
  await by.call('/chatroom/create_new.json', { chatroomId });
  await stack.testing.drain();
  stack.testing.queue(QUEUE).expireVisibility();
  await stack.testing.drain();
  const { nonce, timestamp, signature } = Object.fromEntries(urls.at(-1)?.searchParams ?? []);
  const isBy = (secret: string) =>
    createHash('sha1').update(`${secret}${nonce}${timestamp}`).digest('hex') === signature;
  return [stack.appSecret, NEW].find(isBy);
}

const statusOf = async (by: AppServer): Promise<number> => {
  const outcome = await by.token('ann').catch((fault: Error) => fault.message);
  return Number(/; (\d{3}) /.exec(outcome)?.[1] ?? 200);
};

describe('the secret of the running deployment', () => {
  it('is rotated without a refusal, and then the old secret is invalid', async () => {
    const oldToken = await old.token('ann');
    expect([await connect(oldToken), await statusOf(renewed)]).toEqual([OK, 401]);
    expect(await signerOfEvent('before', old)).toBe(stack.appSecret);

    put({ appSecret: stack.appSecret, previousAppSecret: NEW });
    laterMs += 60_000;
    expect([await statusOf(renewed), await statusOf(old)]).toEqual([200, 200]);
    put({ appSecret: NEW, previousAppSecret: stack.appSecret });
    laterMs += 60_000;
    expect([await statusOf(renewed), await statusOf(old)]).toEqual([200, 200]);
    expect([await connect(await renewed.token('ann')), await connect(oldToken)]).toEqual([OK, OK]);
    // The queue is read by the host's clock; an environment that starts reads the secret.
    stack.testing.crash(WEBHOOK, 'before');
    expect(await signerOfEvent('during', renewed)).toBe(NEW);

    put({ appSecret: NEW });
    laterMs += 60_000;
    expect([await statusOf(renewed), await statusOf(old)]).toEqual([200, 401]);
    expect([await connect(await renewed.token('ann')), await connect(oldToken)]).toEqual([OK, 401]);
  });

  it('that is malformed refuses everyone, is logged and counted, and works again once it is repaired', async () => {
    const token = await renewed.token('ann');
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const nowSec = Math.floor((Date.now() + laterMs) / 1000);
    const claims = { sub: 'ann', iss: 'doorman', aud: 'rotating', iat: nowSec - 1, exp: nowSec + 60 };
    const signed = `${part({ alg: 'HS256' })}.${part(claims)}`;
    const forged = `${signed}.${createHmac('sha256', 'doorman/token/').update(signed).digest('base64url')}`;

    put({ appSecret: NEW, previousAppSecret: '' });
    laterMs += 60_000;
    const from = log.length;
    expect([await connect(forged), await connect(token), await statusOf(renewed)]).toEqual([500, 500, 500]);
    const logged = log.slice(from).join('\n');
    expect(logged.match(/"secretUnusable":1\b/g)).toHaveLength(3);
    expect(logged.match(/"message":"unable to use the app secret"/g)).toHaveLength(3);
    expect(logged).toContain('"why":"unable to use the app secret; previousAppSecret must be ');

    put({ appSecret: NEW });
    laterMs += 1000;
    expect([await connect(forged), await connect(token), await statusOf(renewed)]).toEqual([401, OK, 200]);
  });

  it('is in no line of the log', () => {
    for (const secret of [stack.appSecret, NEW]) expect(log.join('\n')).not.toContain(secret);
  });
});
