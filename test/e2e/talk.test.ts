import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { WebSocket } from 'ws';
import { Player } from '../../bin/scenario/player.ts';
import { openStage, type Stage } from '../../bin/scenario/stage.ts';
import { Code } from '../../lib/protocol/codes.ts';
import { openSocket } from './open-socket.ts';

let stage: Stage;
const log: string[] = [];

beforeAll(async () => {
  const settings = { notifyMemberChanges: true };
  stage = await openStage({ settings, log: (line) => log.push(line) });
});

afterAll(async () => {
  await stage.close();
});

function ask(socket: WebSocket, text: string): Promise<unknown> {
  return new Promise((resolve) => {
    socket.once('message', (data) => resolve(JSON.parse(String(data))));
    socket.send(text);
  });
}

async function joinBoth(room: string, names: readonly [string, string]): Promise<[Player, Player]> {
  const [one, other] = [await stage.player(names[0]), await stage.player(names[1])];
  expect([await one.join(room), await other.join(room)]).toEqual([0, 0]);
  return [one, other];
}

describe('the deployment', () => {
  it('delivers messages between two members', async () => {
    const [alice, bob] = await joinBoth('talk', ['alice', 'bob']);
    expect((await alice.send('talk', 'hello')).code).toBe(0);
    expect(await bob.events.until('hello', ({ kind }) => kind === 'message')).toEqual({
      kind: 'message',
      room: 'talk',
      text: 'hello',
      from: 'alice',
    });
    expect((await bob.send('talk', '👋')).seq).toBe(2);
    expect(await alice.events.until('the reply', ({ kind }) => kind === 'message')).toMatchObject({ text: '👋' });
  });

  it('notifies the other member of a leave', async () => {
    const [carol, dave] = await joinBoth('leave', ['carol', 'dave']);
    expect(await dave.leave('leave')).toBe(0);
    await carol.events.until('the leave', (event) => event.kind === 'left' && event.userId === 'dave');
    expect(await stage.appServer.isMember('leave', 'dave')).toBe(false);
    expect((await dave.send('leave', 'me again')).code).toBe(Code.NOT_A_MEMBER);
  });

  it('removes a blocked user and refuses the next join until the block ends', async () => {
    const [erin, frank] = await joinBoth('block', ['erin', 'frank']);
    const call = { chatroomId: 'block', userId: 'frank', minute: '1' };
    await stage.appServer.call('/chatroom/user/block/add.json', call);
    expect(await frank.events.until('the block', ({ kind }) => kind === 'removed')).toMatchObject({
      reason: 'blocked',
    });
    await erin.events.until('the notice', (event) => event.kind === 'left' && event.userId === 'frank');
    expect(await frank.join('block')).toBe(Code.BLOCKED);
    await stage.appServer.call('/chatroom/user/block/rollback.json', { chatroomId: 'block', userId: 'frank' });
    expect(await frank.join('block')).toBe(0);
  });

  it('refuses a forged token', async () => {
    const token = await stage.appServer.token('grace');
    const forged = `${token.slice(0, token.lastIndexOf('.'))}.${'A'.repeat(43)}`;
    const grace = new Player({ server: stage.stack.webSocketUrl, userId: 'grace', token: forged });
    expect(await grace.connect()).toBe(Code.TOKEN_INCORRECT);
    await grace.end();
  });

  it.each([
    ['of a path that is not there', (url: string) => `${url}/elsewhere`, Code.ADDRESS_INCORRECT],
    ['that is right', (url: string) => url, Code.OK],
  ])('an address %s', async (_what, at, code) => {
    const server = at(stage.stack.webSocketUrl);
    const heidi = new Player({ server, userId: 'heidi', token: await stage.appServer.token('heidi') });
    expect(await heidi.connect()).toBe(code);
    await heidi.end();
  });

  it('refuses a server call without a signature', async () => {
    const headers = { 'App-Key': stage.stack.appKey, Nonce: '1', Timestamp: '1' };
    const answer = await stage.appServer.ask('/user/getToken.json', { userId: 'heidi', name: 'heidi' }, headers);
    expect(answer).toMatchObject({ status: 401, body: { code: 1004 } });
    expect(answer.body).not.toHaveProperty('token');
  });

  it('answers a malformed frame with a code and keeps the connection', async () => {
    const socket = await openSocket(stage, 'ivan', '');
    expect(await ask(socket, 'not json')).toMatchObject({ event: 'answer', code: expect.any(Number) });
    expect(await ask(socket, '{"action":"dance","id":"1"}')).toMatchObject({ event: 'answer', id: '1' });
    expect(await ask(socket, '{"action":"ping","id":"2"}')).toMatchObject({ id: '2', code: 0 });
    socket.terminate();
  });

  it('closes a connection that sends a frame over 32 KB', async () => {
    const socket = await openSocket(stage, 'judy', '');
    const code = new Promise((resolve) => socket.once('close', resolve));
    socket.send('x'.repeat(32 * 1024 + 1));
    expect(await code).toBe(1009);
  });
});

/** `function action` of each grant, with wildcards as the policy has them. */
function granted(): string[] {
  return stage.stack.functions.flatMap(({ path, statements }) =>
    statements.filter(({ effect }) => effect === 'Allow').flatMap(({ actions }) => actions.map((a) => `${path} ${a}`)),
  );
}

describe('the grants', () => {
  it('cover each action that a function uses', async () => {
    const [, kim] = await joinBoth('grants', ['liam', 'kim']);
    await stage.disconnect(kim);
    await stage.stack.testing.fireSchedules(Date.now());
    // Only allowed actions count as used; refused ones are in the log of the function.
    expect(log.filter((line) => /AccessDenied|not authorized|Forbidden/i.test(line))).toEqual([]);
    const used = stage.stack.testing.usedGrants().map(({ functionName, action }) => `${functionName} ${action}`);
    expect(used.length).toBeGreaterThan(0);
    const grants = granted();
    expect(used.filter((use) => !grants.includes(use))).toEqual([]);
  });
});
