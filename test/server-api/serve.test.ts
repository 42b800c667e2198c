import { describe, expect, it } from 'vitest';
import type { RoomId } from '../../lib/domain/ids.ts';
import type { Room } from '../../lib/domain/room.ts';
import { endpoints, type HttpRequest, serveServerApi } from '../../lib/server-api/index.ts';
import type { RoomStore } from '../../lib/store/room-store.ts';
import { NOW_MS, recordingDeps } from './recording-store.ts';
import { signedCall } from './signed-call.ts';

async function serve(request: HttpRequest, store: Partial<RoomStore> = {}) {
  const { d, faults } = recordingDeps(store);
  const answer = await serveServerApi(d, request);
  const body = JSON.parse(answer.body) as Record<string, unknown>;
  return { statusCode: answer.statusCode, headers: answer.headers, body, faults };
}

const call = (path: string, body: string, store: Partial<RoomStore> = {}) => serve(signedCall(path, body), store);
const repeat = (text: string, times: number) =>
  Array.from({ length: times }, (_, index) => `${text}${index}`).join('&');
const noRoom: Partial<RoomStore> = { getRoom: async () => undefined, getMembers: async () => [] };

const emptyRoom: Room = {
  room: 'r1' as RoomId,
  name: 'r1',
  epoch: 'e1',
  createdAtMs: 0,
  seq: 0,
  lastMessageAtMs: 0,
  fence: 0,
  protectedSince: {},
  unprotectedSeq: {},
  tail: [],
};

describe('any call', () => {
  it('is refused unsigned, whatever it asks for', async () => {
    for (const path of ['/chatroom/destroy.json', '/no/such.json']) {
      const { statusCode, body } = await serve({ method: 'POST', path, headers: {}, body: '' });
      expect(statusCode).toBe(401);
      expect(body).toEqual({ code: 1001, errorMessage: 'unable to accept the call; the app key is wrong' });
    }
  });

  it('is refused on an unknown path', async () => {
    const { statusCode, body } = await call('/chatroom/nothing.json', '');
    expect([statusCode, body.code, typeof body.errorMessage]).toEqual([404, 404, 'string']);
  });

  it('is refused unless it is a POST', async () => {
    const { statusCode, headers, body } = await serve({ ...signedCall('/chatroom/destroy.json', ''), method: 'GET' });
    expect([statusCode, headers.allow, body.code]).toEqual([405, 'POST', 1007]);
  });

  it('is refused with a body over 128 KB and read up to it', async () => {
    const form = 'userId=u1&name=n&x=';
    const full = form + 'x'.repeat(128 * 1024 - form.length);
    expect((await call('/user/getToken.json', full)).statusCode).toBe(200);
    const over = await call('/user/getToken.json', `${full}x`);
    expect([over.statusCode, over.body.code]).toEqual([413, 1005]);
  });

  it('tells nothing of an internal fault, and reports it', async () => {
    const { statusCode, body, faults } = await call('/chatroom/destroy.json', 'chatroomId=r1');
    expect(statusCode).toBe(500);
    expect(body).toEqual({ code: 1000, errorMessage: 'unable to serve the call; internal error' });
    expect(faults).toHaveLength(1);
  });

  it('is answered as JSON', async () => {
    const { headers } = await call('/user/getToken.json', 'userId=u1&name=Ann');
    expect(headers['content-type']).toBe('application/json; charset=utf-8');
  });
});

describe('the table of calls', () => {
  it('has each path once', () => {
    expect(new Set(endpoints.map((entry) => entry.path)).size).toBe(endpoints.length);
  });

  it.each(endpoints.map((entry) => entry.path))('%s names what is missing', async (path) => {
    const { statusCode, body } = await call(path, '');
    expect([statusCode, body.code]).toEqual([400, 1002]);
    expect(body.errorMessage).toMatch(/^unable to accept the call; \S+ is missing$/);
  });
});

describe('parameters at their limits', () => {
  const block = '/chatroom/user/block/add.json';
  const query = '/chatroom/user/query.json';
  const publish = '/message/chatroom/publish.json';
  const message = 'fromUserId=u1&toChatroomId=r1&objectName=RC:TxtMsg';
  const past = 'the room does not exist';

  it.each([
    [block, 'userId=u1&chatroomId=r1&minute=1', past],
    [block, 'userId=u1&chatroomId=r1&minute=43200&needNotify=true&extra=x', past],
    [block, `${repeat('userId=u', 20)}&chatroomId=r1&minute=5`, past],
    [query, 'chatroomId=r1&count=500&order=2', past],
    [query, `chatroomId=${'r'.repeat(64)}&count=1&order=1`, past],
    [publish, `${message}&content=${'x'.repeat(28_672)}`, past],
  ])('%s is taken at the limit', async (path, body, why) => {
    expect((await call(path, body, noRoom)).body.errorMessage).toContain(why);
  });

  it.each([
    [block, 'userId=u1&chatroomId=r1&minute=0', 1002, 'minute'],
    [block, 'userId=u1&chatroomId=r1&minute=43201', 1002, 'minute'],
    [block, 'userId=u1&chatroomId=r1&minute=1.5', 1002, 'minute'],
    [block, 'userId=u1&chatroomId=r1&minute=1&needNotify=perhaps', 1002, 'needNotify'],
    [block, `${repeat('userId=u', 21)}&chatroomId=r1&minute=5`, 1002, 'userId'],
    [block, 'userId=u1&userId=&chatroomId=r1&minute=5', 1002, 'userId'],
    [block, 'userId=u1&chatroomId=r1&chatroomId=r2&minute=5', 1002, 'chatroomId'],
    [block, 'userId=u%231&chatroomId=r1&minute=5', 1002, 'userId'],
    [query, 'chatroomId=r1&count=0&order=1', 1002, 'count'],
    [query, 'chatroomId=r1&count=501&order=1', 1002, 'count'],
    [query, 'chatroomId=r1&count=1&order=3', 1002, 'order'],
    [query, `chatroomId=${'r'.repeat(65)}&count=1&order=1`, 1005, 'chatroomId'],
    [publish, `${message}&content=${'x'.repeat(28_673)}`, 1005, 'content'],
    [publish, `${message}&content=${'%C3%A4'.repeat(14_337)}`, 1005, 'content'],
    ['/chatroom/users/exist.json', `chatroomId=r1&${repeat('userId=u', 1001)}`, 1002, 'userId'],
    ['/chatroom/create.json', repeat('chatroom[r1]=n', 101), 1002, 'chatroom[id]'],
    ['/chatroom/create.json', 'chatroom[r 1]=n', 1002, 'the id in chatroom[id]'],
    ['/chatroom/create_new.json', 'chatroomId=r1&isBan=true', 1009, 'isBan'],
  ])('%s is refused beyond it', async (path, body, code, name) => {
    const { statusCode, body: answer } = await call(path, body);
    expect([statusCode, answer.code]).toEqual([400, code]);
    expect(answer.errorMessage).toContain(`unable to accept the call; ${name} `);
  });
});

describe('a room that does not exist', () => {
  it('counts as destroyed', async () => {
    expect((await call('/chatroom/destroy.json', 'chatroomId=r1&chatroomId=r2', noRoom)).body).toEqual({ code: 200 });
  });

  it('has nobody in it', async () => {
    const one = await call('/chatroom/user/exist.json', 'chatroomId=r1&userId=u1', noRoom);
    expect(one.body).toEqual({ code: 200, isInChrm: false });
    const two = await call('/chatroom/users/exist.json', 'chatroomId=r1&userId=u2&userId=u1', noRoom);
    const result = ['u2', 'u1'].map((userId) => ({ userId, isInChrm: 0 }));
    expect(two.body).toEqual({ code: 200, result });
  });

  it.each([
    ['/chatroom/user/block/rollback.json', '&userId=u1'],
    ['/chatroom/user/block/list.json', ''],
    ['/chatroom/user/whitelist/add.json', '&userId=u1'],
    ['/chatroom/user/whitelist/remove.json', '&userId=u1'],
    ['/chatroom/user/whitelist/query.json', ''],
  ])('is told by %s', async (path, more) => {
    const { statusCode, body } = await call(path, `chatroomId=r1${more}`, noRoom);
    expect([statusCode, body.code]).toEqual([400, 1002]);
    expect(body.errorMessage).toMatch(/^unable to .+; the room does not exist$/);
  });
});

describe('answers', () => {
  it('getToken gives the token', async () => {
    const { body } = await call('/user/getToken.json', 'name=Ann%20B%26C&userId=u1&portraitUri=http%3A%2F%2Fx');
    expect(body).toEqual({ code: 200, userId: 'u1', token: 'token-of-u1' });
  });

  it('create makes each room with its name', async () => {
    const made: string[] = [];
    const createRoom = async (room: Room) => made.push(`${room.room}: ${room.name}`) > 0;
    const form = 'chatroom%5Br1%5D=Room%20One&chatroom%5Br2%5D=%E4%BA%8C%20%E5%8F%B7';
    expect((await call('/chatroom/create.json', form, { createRoom })).body).toEqual({ code: 200 });
    expect(made).toEqual(['r1: Room One', 'r2: 二 号']);
  });

  it('the allowlist tells when it is full', async () => {
    const store = { getRoom: async () => emptyRoom };
    const { statusCode, body } = await call(
      '/chatroom/user/whitelist/add.json',
      `chatroomId=r1&${repeat('userId=u', 6)}`,
      store,
    );
    expect([statusCode, body.code]).toEqual([400, 1002]);
    expect(body.errorMessage).toBe('unable to protect the users; a room protects at most 5');
  });

  it('user/query tells times in UTC, to the second', async () => {
    const member = {
      room: emptyRoom.room,
      userId: 'u1',
      roomEpoch: 'e1',
      membership: 'm1',
      joinedAtMs: NOW_MS,
      connections: ['c1'],
      blockedUntilMs: NOW_MS + 60_000,
      revision: 1,
    };
    const listMembers = async () => ({ members: [member] });
    const store = { getRoom: async () => emptyRoom, listMembers } as unknown as Partial<RoomStore>;
    const blocked = await call('/chatroom/user/block/list.json', 'chatroomId=r1', store);
    expect(blocked.body).toEqual({ code: 200, users: [{ userId: 'u1', time: '2026-01-02 03:05:05' }] });
    const { body } = await call('/chatroom/user/query.json', 'chatroomId=r1&count=1&order=1', store);
    expect(body).toEqual({ code: 200, total: 1, users: [{ id: 'u1', time: '2026-01-02 03:04:05' }] });
  });
});
