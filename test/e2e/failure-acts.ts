import { randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { WEBHOOK_NONCE_PREFIX } from '../../lib/server-api/webhook.ts';
import { encodeForm } from './server-api-client.ts';
import type { WatchedDeployment } from './watched-deployment.ts';

const PATH = '/chatroom/query.json';
const BODY = encodeForm({ chatroomId: 'hall' });

const expectStatus = (what: string, got: unknown, expected: number): void => {
  if (got !== expected) throw new Error(`unable to fail on purpose; ${what} gave ${String(got)}, not ${expected}`);
};

/** Calls with signatures that are wrong, used up, or where none belongs. */
export async function signatures(d: WatchedDeployment): Promise<void> {
  const headers = d.sign(PATH, BODY);
  const { Signature: signature = '', Nonce: nonce = '' } = headers;
  const refused = async (what: string, path: string, body: string, changed: Readonly<Record<string, string>>) =>
    expectStatus(what, (await d.send(path, body, { ...headers, ...changed })).status, 401);
  await refused('another body', PATH, `${BODY}&x=1`, {});
  await refused('another path', `/no-such-path?Signature=${signature}&Nonce=${nonce}`, BODY, {});
  await refused('a signature of capitals', PATH, BODY, { Signature: signature.toUpperCase() });
  await refused('another version', PATH, BODY, { 'Signature-Version': `v-${signature}` });
  await refused('the other form', PATH, BODY, { 'Signature-Version': '' });
  await refused('an app key that is a secret', PATH, BODY, { 'App-Key': d.stack.appSecret });
  await refused('a nonce of the webhook', PATH, BODY, { Nonce: WEBHOOK_NONCE_PREFIX + nonce });
  await refused('a nonce that is a secret', PATH, BODY, { Nonce: d.stack.appSecret });
  await d.send(PATH, BODY, headers);
  await refused('a second use', PATH, BODY, {});
  expectStatus('a form that is none', (await d.call(PATH, { chatroomId: d.stack.appSecret.repeat(9) })).status, 400);
}

/** Handshakes and plain requests with tokens that are wrong or where none belongs. */
export async function tokens(d: WatchedDeployment): Promise<void> {
  const good = await d.token('mallory');
  const [head = '', claims = '', signature = ''] = good.split('.');
  const none = Buffer.from('{"alg":"none"}').toString('base64url');
  const wrong = [
    `${head}.${claims}.${signature.slice(1)}x`,
    `${none}.${claims}.`,
    `${signature}.${claims}.${head}`,
    head,
  ];
  for (const tokenIn of ['sub-protocol', 'query'] as const) {
    for (const token of wrong) expectStatus('a wrong token', await d.dial({ token, tokenIn, instance: 'i_1' }), 401);
  }
  await d.done('/user/token/expire.json', { userId: 'mallory', time: String(d.now()) });
  expectStatus('a revoked token', await d.dial({ token: good, tokenIn: 'query', instance: 'i_1' }), 403);
  const { origin, pathname } = new URL(d.stack.webSocketUrl.replace('ws:', 'http:'));
  const plain = [`${pathname}?token=${good}`, `/no-stage?token=${good}`, `/%zz?token=${good}`];
  for (const path of plain) await get(d, origin, path, { authorization: `Bearer ${good}` });
  await get(d, d.stack.httpApiUrl, `/%zz?token=${good}`, { authorization: good });
}

/** A request with a path that `fetch` would repair. */
function get(d: WatchedDeployment, origin: string, path: string, headers: Record<string, string>): Promise<void> {
  return new Promise((resolve, reject) => {
    const sent = request(`${origin}/`, { path, headers }, async (response) => {
      d.witness.show('a refused request', `${response.statusCode} ${await text(response)}`);
      resolve();
    });
    sent.once('error', reject).end();
  });
}

/** Frames that hold a token where nothing expects one. */
export async function frames(d: WatchedDeployment): Promise<void> {
  const token = await d.token('nina');
  const nina = await d.connect('nina');
  await nina.say(token);
  await nina.say(JSON.stringify({ action: token, id: '1' }));
  await nina.say(JSON.stringify({ action: 'join', id: '2', room: token, messageCount: token, autoCreate: true }));
  d.stack.testing.crash('Chatroom/Default/Message/Function', 'before');
  await nina.say(JSON.stringify({ action: 'leave', id: '3', room: token.slice(0, 20) }));
}

/** A table that repeats each request in its error, for every Lambda that uses it. */
export async function table(d: WatchedDeployment): Promise<void> {
  const oscar = await d.enter('oscar', 'cellar');
  const token = await d.token('peter');
  for (const failure of ['error', 'no-json'] as const) {
    d.table.fail(failure, () => true);
    await oscar.ask({ action: 'join', room: 'cellar', messageCount: -1, autoCreate: true });
    await oscar.ask({ action: 'send', room: 'cellar', clientMessageId: randomUUID(), type: 'T', content: '{}' });
    expectStatus('a failing table', await d.dial({ token, tokenIn: 'query', instance: 'i_1' }), 502);
    expectStatus('a failing table', (await d.call(PATH, { chatroomId: 'cellar' })).status, 500);
    await d.sweep();
    d.table.heal();
  }
  const { length } = d.disconnects.all;
  d.table.fail('error', (operation) => operation === 'UpdateItem');
  oscar.terminate();
  await d.disconnects.until('the failed disconnect', () => d.disconnects.all.length > length);
  d.table.heal();
}

/** A webhook that answers 500 and repeats what it got, and one that hangs up. */
export async function webhook(d: WatchedDeployment): Promise<void> {
  const retry = async (): Promise<void> => {
    d.stack.testing.queue('EventsWebhook0F6C5151').expireVisibility();
    await d.drain();
  };
  const { deliveries } = d.receiver;
  d.receiver.status = 500;
  await d.done('/chatroom/create_new.json', { chatroomId: 'reported' });
  await d.drain();
  d.receiver.status = 0;
  await retry();
  d.receiver.status = 200;
  await retry();
  if (d.receiver.deliveries < deliveries + 3) throw new Error('unable to fail the webhook; it was not called');
}

/** A stored secret that no Lambda can use, whose text holds the real one. */
export async function secret(d: WatchedDeployment): Promise<void> {
  const name = String(d.stack.outputs.SecretName);
  const stored = d.stack.secret(name);
  const token = await d.token('quinn');
  for (const malformed of [`${stored}}`, JSON.stringify({ appSecret: d.stack.appSecret, more: d.stack.appSecret })]) {
    d.stack.putSecret(name, malformed);
    d.pass(61_000);
    expectStatus('no secret', await d.dial({ token, tokenIn: 'query', instance: 'i_1' }), 500);
    expectStatus('no secret', (await d.call(PATH, { chatroomId: 'hall' })).status, 500);
  }
  d.stack.putSecret(name, stored);
  d.pass(61_000);
}
