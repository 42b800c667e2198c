import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Player } from '../../bin/scenario/player.ts';
import { openStage, type Stage } from '../../bin/scenario/stage.ts';
import { RCIMIWConnectionStatus } from '../../lib/client/index.ts';
import { openSocket } from './open-socket.ts';
import { expectEnd, getsStatus, hears, joinExisting, textsOf } from './player-view.ts';
import { RongcloudSdk, type SdkAnswer, type SdkArgument } from './rongcloud-sdk.ts';
import { ServerApiClient } from './server-api-client.ts';

const CALLS_PER_SEC = 20;
const MUTED = 23408;
const BLOCKED = 23409;
const NO_SUCH_ROOM = 23410;
const USER_BLOCKED = 31009;
const CUT_OFF = 31011;

let stage: Stage;
let sdk: RongcloudSdk;

beforeAll(async () => {
  const settings = { multipleRooms: true, sendsPerSecond: 100, serverApiCallsPerSec: CALLS_PER_SEC };
  stage = await openStage({ settings, schedules: 'manual', log: () => {} });
  sdk = new RongcloudSdk(stage.stack);
});

afterAll(async () => {
  await stage.close();
});

/** A call that must succeed; resolves to its answer without the code. */
async function ok(name: string, argument: SdkArgument, effect: string): Promise<SdkAnswer> {
  const { code, ...fields } = await sdk.call(name, argument, effect);
  expect({ name, code, msg: fields.msg }).toEqual({ name, code: 200, msg: undefined });
  return fields;
}

const refused = async (name: string, argument: SdkArgument, code: unknown): Promise<void> =>
  expect(await sdk.call(name, argument, 'refused')).toMatchObject({ code, msg: expect.stringMatching(/./) });

const members = (...ids: readonly string[]) => ids.map((id) => ({ id }));
const says = (text: string) => ({ objectName: 'RC:TxtMsg', content: { content: text } });

/** Creates rooms and joins these users to all of them. */
async function enter<const Users extends readonly string[]>(
  rooms: readonly string[],
  users: Users,
): Promise<{ [Index in keyof Users]: Player }> {
  for (const room of rooms) await ok('Chatroom.create', { id: room, name: room }, 'may be joined');
  const players: Player[] = [];
  for (const user of users) {
    const player = await stage.player(user);
    for (const room of rooms) expect(await joinExisting(player, room)).toBe(0);
    players.push(player);
  }
  return players as { [Index in keyof Users]: Player };
}

async function isMember(room: string, ...users: readonly string[]): Promise<unknown> {
  const answer = await ok('Chatroom.isExist', { id: room, members: members(...users) }, 'as the clients did');
  return answer.members;
}

describe('users', () => {
  const profile = (id: string, name: string) => ({ id, name, portrait: 'http://a.example/y.png?a=1&b=2' });

  it('are registered: the token connects, even after an update', async () => {
    const { userId, token } = await ok('User.register', profile('ann', 'Ann B&C 张'), 'its token connects');
    expect(userId).toBe('ann');
    await ok('User.update', profile('ann', 'Anna'), '/user/info has the new name; the token still connects');
    expect((await stage.appServer.call('/user/info.json', { userId: 'ann' })).userName).toBe('Anna');
    const ann = new Player({ server: stage.stack.webSocketUrl, userId: 'ann', token: String(token) });
    expect(await ann.connect()).toBe(0);
    const online = await ok('User.OnlineStatus.get', { id: 'ann' }, '1 while connected, 0 after');
    expect(online).toEqual({ status: '1' });
    await stage.disconnect(ann);
    expect(await ok('User.OnlineStatus.get', { id: 'ann' }, '1 while connected, 0 after')).toEqual({ status: '0' });
    await ann.end();
  });

  it('are blocked: disconnected with 31011, refused with 31009, and admitted after the end of the block', async () => {
    const bob = await stage.player('bob');
    // A device of its own, beside the player's.
    const socket = await openSocket(stage, 'bob', '?platform=desktop');
    const closing = new Promise((resolve) => socket.once('message', (data) => resolve(JSON.parse(String(data)))));
    const closed = new Promise((resolve) => socket.once('close', resolve));
    const beforeMs = Date.now();
    await ok('User.Block.add', { id: 'bob', minute: 20 }, 'disconnected with 31011, connect is 31009');
    expect(await closing).toMatchObject({ event: 'closing', code: CUT_OFF });
    await closed;
    await getsStatus(bob, RCIMIWConnectionStatus.CONN_USER_BLOCKED);
    const { users } = await ok('User.Block.getList', undefined, 'lists the blocked user and the end');
    expect(users).toEqual([{ userId: 'bob', blockEndTime: expect.any(String) }]);
    expectEnd((users as { blockEndTime: string }[])[0]?.blockEndTime, beforeMs, 20);
    const { appServer } = stage;
    const again = new Player({ server: stage.stack.webSocketUrl, userId: 'bob', token: await appServer.token('bob') });
    expect(await again.connect()).toBe(USER_BLOCKED);
    await ok('User.Block.remove', { id: 'bob' }, 'connects again');
    expect(await ok('User.Block.getList', undefined, 'empty after the end')).toEqual({ users: [] });
    expect(await again.connect()).toBe(0);
    await stage.disconnect(again);
    await again.end();
  });

  it('have blacklists', async () => {
    await ok('User.Blacklist.add', { id: 'ann', blacklist: members('eve', 'mallory') }, 'getList');
    const { users } = await ok('User.Blacklist.getList', { id: 'ann' }, 'as added and removed');
    expect(users).toEqual(members('eve', 'mallory'));
    await ok('User.Blacklist.remove', { id: 'ann', blacklist: members('eve') }, 'getList');
    expect(await ok('User.Blacklist.getList', { id: 'ann' }, 'as added and removed')).toEqual({
      users: members('mallory'),
    });
  });

  it('have tags', async () => {
    const tagsOf = async (...ids: readonly string[]) => ok('User.Tag.getList', members(...ids), 'as set');
    await ok('User.Tag.set', { id: 'ann', tags: ['a', '二'] }, 'getList');
    await ok('User.Tag.batchSet', { users: members('bob', 'eve'), tags: ['c'] }, 'getList');
    expect(await tagsOf('ann', 'bob', 'eve')).toEqual({ tags: { ann: ['a', '二'], bob: ['c'], eve: ['c'] } });
    await ok('User.Tag.remove', { id: 'ann' }, 'getList');
    await ok('User.Tag.batchRemove', { users: members('bob') }, 'getList');
    expect(await tagsOf('ann', 'bob', 'eve')).toEqual({ tags: { ann: [], bob: [], eve: ['c'] } });
  });
});

describe('rooms', () => {
  it('are created, several at a time, and destroyed', async () => {
    await ok(
      'Chatroom.create',
      [
        { id: 'two-1', name: 'Room One' },
        { id: 'two-2', name: '二 号' },
      ],
      'joined',
    );
    const carol = await stage.player('carol');
    expect([await joinExisting(carol, 'two-1'), await joinExisting(carol, 'two-2')]).toEqual([0, 0]);
    await ok('Chatroom.destroy', { id: 'two-1' }, 'join is 23410');
    await ok('Chatroom.destory', { id: ['two-2', 'never-there'] }, 'join is 23410');
    expect([await joinExisting(carol, 'two-1'), await joinExisting(carol, 'two-2')]).toEqual([
      NO_SUCH_ROOM,
      NO_SUCH_ROOM,
    ]);
    const empty = await ok('Chatroom.get', { id: 'two-1', count: 10, order: 1 }, 'empty');
    expect(empty).toEqual({ total: 0, members: [] });
  });

  it('list their members in the order of joining', async () => {
    await enter(['order'], ['first', 'second']);
    const ask = (count: number, order: number) =>
      ok('Chatroom.get', { id: 'order', count, order }, 'members who joined, in order');
    const [first, second] = members('first', 'second').map(({ id }) => ({ id, time: expect.any(String) }));
    expect(await ask(500, 1)).toEqual({ total: 2, members: [first, second] });
    expect(await ask(500, 2)).toEqual({ total: 2, members: [second, first] });
    expect(await ask(1, 2)).toEqual({ total: 2, members: [second] });
    expect(await isMember('order', 'second', 'stranger')).toEqual([
      { id: 'second', isInChrm: 1 },
      { id: 'stranger', isInChrm: 0 },
    ]);
  });

  it('block: the user is notified and removed, and cannot join until the block ends', async () => {
    const [dave] = await enter(['block'], ['dave']);
    const beforeMs = Date.now();
    const block = { id: 'block', members: members('dave', 'never-in'), minute: 30 };
    await ok('Chatroom.Block.add', block, 'notified, removed, join is 23409');
    await dave.events.until('the block', (event) => event.kind === 'removed' && event.reason === 'blocked');
    expect(await isMember('block', 'dave')).toEqual([{ id: 'dave', isInChrm: 0 }]);
    expect(await joinExisting(dave, 'block')).toBe(BLOCKED);
    const { members: blocked } = await ok('Chatroom.Block.getList', { id: 'block' }, 'the blocked and the ends');
    const listed = blocked as { id: string; time: string }[];
    expect(new Set(listed.map(({ id }) => id))).toEqual(new Set(['dave', 'never-in']));
    for (const { time } of listed) expectEnd(time, beforeMs, 30);
    await ok('Chatroom.Block.remove', { id: 'block', members: members('dave', 'never-in') }, 'may join');
    expect(await ok('Chatroom.Block.getList', { id: 'block' }, 'empty after')).toEqual({ members: [] });
    expect(await joinExisting(dave, 'block')).toBe(0);
  });

  it('gag: the user cannot send, but receives', async () => {
    const [erin, frank] = await enter(['gag'], ['erin', 'frank']);
    const beforeMs = Date.now();
    await ok('Chatroom.Gag.add', { id: 'gag', members: members('erin'), minute: 43_200 }, 'send is 23408');
    expect((await erin.send('gag', 'muted')).code).toBe(MUTED);
    expect((await frank.send('gag', 'not muted')).code).toBe(0);
    await hears(erin, 'gag', 'not muted');
    const { members: gagged } = await ok('Chatroom.Gag.getList', { id: 'gag' }, 'the muted and the end');
    expect(gagged).toEqual([{ id: 'erin', time: expect.any(String) }]);
    expectEnd((gagged as { time: string }[])[0]?.time, beforeMs, 43_200);
    await ok('Chatroom.Gag.remove', { id: 'gag', members: members('erin') }, 'send is 0');
    expect(await ok('Chatroom.Gag.getList', { id: 'gag' }, 'empty after')).toEqual({ members: [] });
    expect((await erin.send('gag', 'free')).code).toBe(0);
    await hears(frank, 'gag', 'free');
    expect(textsOf(frank, 'gag')).toEqual(['free']);
  });

  it('ban: the user cannot send in any room', async () => {
    const [grace] = await enter(['ban-1', 'ban-2'], ['grace']);
    const codes = async () => [(await grace.send('ban-1', 'one')).code, (await grace.send('ban-2', 'two')).code];
    const beforeMs = Date.now();
    await ok('Chatroom.Ban.add', { members: members('grace'), minute: 1 }, 'send is 23408 in two rooms');
    expect(await codes()).toEqual([MUTED, MUTED]);
    const { members: banned } = await ok('Chatroom.Ban.getList', undefined, 'the muted and the end');
    expect(banned).toEqual([{ id: 'grace', time: expect.any(String) }]);
    expectEnd((banned as { time: string }[])[0]?.time, beforeMs, 1);
    await ok('Chatroom.Ban.remove', { members: members('grace') }, 'send is 0 in two rooms');
    expect(await ok('Chatroom.Ban.getList', undefined, 'empty after')).toEqual({ members: [] });
    expect(await codes()).toEqual([0, 0]);
  });

  it('allowlist: the user is not evicted for being offline', async () => {
    const [heidi, ivan, judy] = await enter(['protect'], ['heidi', 'ivan', 'judy']);
    const list = () => ok('Chatroom.Whitelist.User.getList', { id: 'protect' }, 'as added and removed');
    const add = { id: 'protect', members: members('heidi', 'ivan', 'mike') };
    await ok('Chatroom.Whitelist.User.add', add, 'offline, a member after 31 messages');
    expect(await list()).toEqual({ members: members('heidi', 'ivan', 'mike') });
    const remove = { id: 'protect', members: members('ivan', 'mike') };
    await ok('Chatroom.Whitelist.User.remove', remove, 'offline, evicted after 31 messages');
    expect(await list()).toEqual({ members: members('heidi') });
    await stage.disconnect(heidi);
    await stage.disconnect(ivan);
    for (let number = 1; number <= 31; number += 1) expect((await judy.send('protect', `${number}`)).code).toBe(0);
    expect(await isMember('protect', 'heidi', 'ivan', 'judy')).toEqual([
      { id: 'heidi', isInChrm: 1 },
      { id: 'ivan', isInChrm: 0 },
      { id: 'judy', isInChrm: 1 },
    ]);
  });

  it('hold messages back and deliver them later in order', async () => {
    const [liam] = await enter(['held', 'marker'], ['liam']);
    const send = (targetId: string, text: string) =>
      ok('Message.Chatroom.send', { senderId: 'server', targetId, ...says(text) }, 'a member receives it');
    await send('held', 'before');
    await ok('Chatroom.Distribute.stop', { id: 'held' }, 'nothing arrives before a later message of another room');
    await send('held', 'held 1');
    await send('held', 'held 2');
    await send('marker', 'marker');
    await hears(liam, 'marker', 'marker');
    expect(textsOf(liam, 'held')).toEqual(['before']);
    await ok('Chatroom.Distribute.resume', { id: 'held' }, 'the held messages arrive, in order');
    await send('held', 'after');
    await hears(liam, 'held', 'after');
    expect(textsOf(liam, 'held')).toEqual(['before', 'held 1', 'held 2', 'after']);
  });

  it('are kept alive by a list', async () => {
    await enter(['kept-1', 'kept-2'], []);
    const list = () => ok('Chatroom.KeepAlive.getList', undefined, 'as added and removed');
    await ok('Chatroom.KeepAlive.add', { id: 'kept-1' }, 'getList');
    await ok('Chatroom.KeepAlive.add', { id: 'kept-2' }, 'getList');
    expect(await list()).toEqual({ chatrooms: ['kept-1', 'kept-2'] });
    await ok('Chatroom.KeepAlive.remove', { id: 'kept-1' }, 'getList');
    expect(await list()).toEqual({ chatrooms: ['kept-2'] });
  });

  it('have lists of message types', async () => {
    const calls = [
      ['Chatroom.Demotion', 'objectNames'],
      ['Chatroom.Whitelist.Message', 'objectNames'],
    ] as const;
    for (const [family, field] of calls) {
      const list = () => ok(`${family}.getList`, undefined, 'as added and removed');
      await ok(`${family}.add`, { msgs: ['RC:TxtMsg', 'RC:VcMsg'] }, 'getList');
      expect(await list()).toEqual({ [field]: ['RC:TxtMsg', 'RC:VcMsg'] });
      await ok(`${family}.remove`, { msgs: ['RC:TxtMsg'] }, 'getList');
      expect(await list()).toEqual({ [field]: ['RC:VcMsg'] });
      await ok(`${family}.remove`, { msgs: ['RC:VcMsg'] }, 'getList');
    }
  });
});

describe('messages', () => {
  it('reach two rooms, and the sender if included', async () => {
    const [mallory, niaj] = await enter(['sent-1', 'sent-2'], ['mallory', 'niaj']);
    const send = (text: string, more: Record<string, unknown>) => {
      const message = { senderId: 'mallory', targetId: ['sent-1', 'sent-2'], ...says(text), ...more };
      return ok('Message.Chatroom.send', message, 'received in both rooms; by the sender if included');
    };
    const { messageUIDs } = await send('others', {});
    expect(messageUIDs).toEqual(
      ['sent-1', 'sent-2'].map((chatroomId) => ({ chatroomId, messageUID: expect.stringMatching(/./) })),
    );
    await send('all', { isIncludeSender: 1 });
    for (const room of ['sent-1', 'sent-2']) {
      expect(await hears(niaj, room, 'all')).toMatchObject({ from: 'mallory' });
      await hears(mallory, room, 'all');
      expect(textsOf(niaj, room)).toEqual(['others', 'all']);
      expect(textsOf(mallory, room)).toEqual(['all']);
    }
  });

  it('are broadcast to the members of all rooms', async () => {
    const [olivia] = await enter(['cast-1'], ['olivia']);
    const [peggy] = await enter(['cast-2'], ['peggy']);
    const outside = await stage.player('rupert');
    // The list of rooms is eventually consistent.
    await stage.stack.testing.drain();
    const message = { senderId: 'server', ...says('to all') };
    await ok('Message.Chatroom.broadcast', message, 'received in two rooms, not outside them');
    await hears(olivia, 'cast-1', 'to all');
    await hears(peggy, 'cast-2', 'to all');
    await stage.stack.testing.drain();
    expect(await joinExisting(outside, 'cast-1')).toBe(0);
    await olivia.send('cast-1', 'marker');
    await hears(outside, 'cast-1', 'marker');
    expect(textsOf(outside, 'cast-1')).toEqual(['marker']);
  });
});

describe('refusals', () => {
  it('have codes for a missing room and an invalid id', async () => {
    await refused('Chatroom.Gag.add', { id: 'nowhere', members: members('ann'), minute: 1 }, 1002);
    await refused('Chatroom.Whitelist.User.add', { id: 'nowhere', members: members('ann') }, 1002);
    await refused('Message.Chatroom.send', { senderId: 'ann', targetId: 'nowhere', ...says('hi') }, 1002);
    await refused('Chatroom.create', { id: 'not a name', name: 'n' }, 1002);
    await refused('Chatroom.KeepAlive.remove', { id: 'nowhere' }, 1015);
  });

  it('limit the calls per second of one path, and of no other path', async () => {
    const api = new ServerApiClient(stage.stack);
    const call = () => api.call('/chatroom/get.json', { chatroomId: 'nowhere' });
    const codes: unknown[] = [];
    while (!codes.includes(1008)) {
      const answers = await Promise.all(Array.from({ length: 2 * CALLS_PER_SEC }, call));
      codes.push(...answers.map(({ body }) => body.code));
      const limited = answers.filter(({ status }) => status === 429);
      expect(limited).toHaveLength(answers.filter(({ body }) => body.code === 1008).length);
    }
    expect(codes.filter((code) => code === 1002).length).toBeGreaterThanOrEqual(CALLS_PER_SEC);
    expect((await api.call('/chatroom/keepalive/query.json', {})).status).toBe(200);
    const mapped: unknown[] = [];
    while (!mapped.includes('20001')) {
      const list = () => sdk.ask('Chatroom.Gag.getList', { id: 'gag' });
      const answers = await Promise.all(Array.from({ length: 2 * CALLS_PER_SEC }, list));
      mapped.push(...answers.map(({ code }) => code));
    }
    expect(new Set(mapped)).toEqual(new Set([200, '20001']));
    await expect.poll(async () => (await call()).body.code, { timeout: 5000 }).toBe(1002);
  });
});

it('the tests make every call about users, rooms and messages in rooms', () => {
  console.log(sdk.print());
  expect(sdk.names).toHaveLength(44);
  const served = new Set(sdk.rows.filter(({ code }) => code === 200).map(({ call }) => call));
  expect(sdk.names.filter((name) => !served.has(name))).toEqual([]);
  expect(sdk.rows.filter(({ path }) => !/^\/[\w/]+\.json$/.test(path))).toEqual([]);
});
