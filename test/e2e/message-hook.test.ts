import { createServer, type IncomingMessage, type Server } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Player } from '../../bin/scenario/player.ts';
import { openStage, type Stage } from '../../bin/scenario/stage.ts';
import { signRequest } from '../../lib/server-api/sign-request.ts';
import { listen } from '../support/listen.ts';

interface Asked {
  readonly target: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** The app's server; undefined = it does not answer. */
const app = { answer: '' as string | undefined, asked: [] as Asked[] };
let server: Server;
let stage: Stage;
let ann: Player;

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const body = await text(request);
    app.asked.push({ target: request.url ?? '', headers: request.headers, body });
    if (app.answer !== undefined) response.end(app.answer);
  });
  const messageHook = `http://127.0.0.1:${await listen(server)}/check?key=of-the-app`;
  const settings = { messageHook, messageHookTimeoutMs: 3_000, acceptIfHookFails: false, sendsPerSecond: 100 };
  stage = await openStage({ settings, schedules: 'manual', log: () => undefined });
  ann = await stage.player('ann');
  expect(await ann.join('room')).toBe(0);
});

afterAll(async () => {
  await stage.close();
  server.closeAllConnections();
  server.close();
});

describe('I-D13: a hook on a server, with the Lambdas of the template', () => {
  it('is asked by a signed call, and accepts', async () => {
    app.answer = '{"decision":"accept"}';
    expect(await ann.send('room', 'one')).toMatchObject({ code: 0, seq: 1 });
    const [asked] = app.asked;
    expect(JSON.parse(asked?.body ?? '')).toMatchObject({ room: 'room', userId: 'ann', type: 'RC:TxtMsg' });
    const { appKey, appSecret: secret } = stage.stack;
    const { nonce, timestamp } = asked?.headers ?? {};
    const signed = signRequest({
      ...{ method: 'POST', target: asked?.target ?? '', body: Buffer.from(asked?.body ?? ''), appKey, secret },
      ...{ nonce: String(nonce), timestampMs: Number(timestamp) },
    });
    const expected = Object.entries(signed).map(([name, value]) => [name.toLowerCase(), value]);
    expect(asked?.headers).toMatchObject(Object.fromEntries(expected));
    expect(asked?.target).toMatch(/^\/check\?key=of-the-app&appKey=/);
  });

  it('refuses, and the next message has the next seq', async () => {
    app.answer = '{"decision":"refuse","reason":"no links"}';
    expect((await ann.send('room', 'two')).code).toBe(29_901);
    app.answer = '{"decision":"accept"}';
    expect(await ann.send('room', 'three')).toMatchObject({ code: 0, seq: 2 });
  });

  it('does not answer: refused, as the setting says', async () => {
    app.answer = undefined;
    expect((await ann.send('room', 'four')).code).toBe(29_901);
  });
});
