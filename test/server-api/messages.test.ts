import { describe, expect, it } from 'vitest';
import type { PushFrame } from '../../lib/protocol/push-frames.ts';
import { useStore } from '../support/emulators.ts';
import { numbered, serve } from './api-caller.ts';
import { createApiWorld, OK } from './api-world.ts';
import { signedCall } from './signed-call.ts';

const store = useStore('dynoxide');
const newWorld = (change: Parameters<typeof createApiWorld>[1] = {}) => createApiWorld(store(), change);
const message = { fromUserId: 'app', objectName: 'RC:TxtMsg', content: '{"content":"hi"}' };
const messagesIn = (frames: readonly PushFrame[]) =>
  frames.flatMap((frame) => (frame.event === 'messages' ? frame.messages : []));

type Uids = { chatroomId: string; messageUID: string }[];

describe('publish', () => {
  it('sends to each room once, and returns the message ids', async () => {
    const { call, room, enter, push } = newWorld({ multipleRooms: true });
    const { connectionId } = await enter('ann');
    const other = `${room}-other`;
    await call('/chatroom/create_new.json', { chatroomId: other });
    const sent = await call('/message/chatroom/publish.json', { ...message, toChatroomId: [room, other, room] });
    const uids = sent.messageUIDs as Uids;
    expect(uids.map((uid) => uid.chatroomId)).toEqual([room, other]);
    const [got] = messagesIn(push.framesOf(connectionId));
    expect(got).toMatchObject({ messageId: uids[0]?.messageUID, senderUserId: 'app', type: 'RC:TxtMsg' });
    expect(got?.content).toBe('{"content":"hi"}');
  });

  it('leaves the sender out by default', async () => {
    const { call, room, enter, push } = newWorld();
    const { connectionId } = await enter('app');
    await call('/message/chatroom/publish.json', { ...message, toChatroomId: room });
    await call('/message/chatroom/publish.json', {
      ...message,
      toChatroomId: room,
      isIncludeSender: 1,
      isPersisted: 0,
    });
    // The sender gets both for their seqs; the client does not show the first.
    const marks = messagesIn(push.framesOf(connectionId)).map(({ seq, notForSender }) => [seq, notForSender]);
    expect(marks).toEqual([
      [1, true],
      [2, undefined],
    ]);
  });

  it('returns what it has sent before it finds that a room is missing', async () => {
    const { call, create, room } = newWorld();
    await create();
    const partly = await call('/message/chatroom/publish.json', { ...message, toChatroomId: [room, 'none'] });
    const errorMessage = 'unable to publish the message; the room does not exist (none)';
    const messageUIDs = [{ chatroomId: room, messageUID: expect.any(String) }];
    expect(partly).toEqual({ code: 1002, errorMessage, messageUIDs });
  });

  it("asks to retry later beyond a room's quota, by priority", async () => {
    const { call, create, room, deps } = newWorld({ roomMessageQuota: 2 });
    await create();
    const other = `${room}-other`;
    await call('/chatroom/create_new.json', { chatroomId: other });
    const publish = (priority: number, toChatroomId: string | string[] = room) =>
      call('/message/chatroom/publish.json', { ...message, toChatroomId, priority });
    const fits = async (priority: number) => (await publish(priority)).code === 200;
    expect([await fits(3), await fits(3)]).toEqual([true, false]);
    expect([await fits(0), await fits(2), await fits(0)]).toEqual([true, false, false]);
    expect([await fits(1), await fits(1)]).toEqual([true, false]);
    const errorMessage = `unable to publish the message; the room is flooded (${room})`;
    const messageUIDs = [{ chatroomId: other, messageUID: expect.any(String) }];
    expect(await publish(0, [other, room])).toEqual({ code: 1008, errorMessage, messageUIDs });
    const body = new URLSearchParams({ ...message, toChatroomId: room }).toString();
    const { statusCode, headers } = await serve(deps, signedCall('/message/chatroom/publish.json', body));
    expect([statusCode, headers['retry-after']]).toEqual([429, '1']);
  });

  it('takes any text for a custom type, and only JSON for a built-in one', async () => {
    const { call, room, enter, push } = newWorld();
    const { connectionId } = await enter('ann');
    const own = { ...message, toChatroomId: room, objectName: 'app:note', content: 'no {JSON "二\u0001' };
    expect(await call('/message/chatroom/publish.json', own)).toMatchObject(OK);
    expect(messagesIn(push.framesOf(connectionId))).toMatchObject([{ type: 'app:note', content: own.content }]);
    // Types are case-sensitive, so this is not a built-in one.
    expect(await call('/message/chatroom/publish.json', { ...own, objectName: 'rc:note' })).toMatchObject(OK);
    const errorMessage = 'unable to accept the call; content must be JSON, as objectName begins with RC:';
    const builtIn = await call('/message/chatroom/publish.json', { ...own, objectName: 'RC:note' });
    expect(builtIn).toEqual({ code: 1002, errorMessage });
    expect(await call('/message/chatroom/broadcast.json', { ...own, objectName: 'RC:note' })).toEqual(builtIn);
  });

  it.each([
    ['ASCII', 'x'.repeat(31_744), 'x'],
    ['quotes, which are escaped', '"'.repeat(15_872), 'x'],
    ['control characters, of six bytes each', `${'\u0001'.repeat(5_290)}xxxx`, 'x'],
    ['characters of three bytes', `${'語'.repeat(10_581)}x`, 'x'],
  ])('takes as many bytes as fit into a frame: %s', async (_what, most, more) => {
    const { call, create, room, pass } = newWorld();
    await create();
    const own = { ...message, objectName: 'app:note', content: most };
    expect(await call('/message/chatroom/publish.json', { ...own, toChatroomId: room })).toMatchObject(OK);
    const why = 'content must be at most 31744 bytes as a JSON string, escapes included';
    const tooLong = { code: 1005, errorMessage: `unable to accept the call; ${why}` };
    const longer = { ...own, content: most + more };
    expect(await call('/message/chatroom/publish.json', { ...longer, toChatroomId: room })).toEqual(tooLong);
    pass(1000);
    expect(await call('/message/chatroom/broadcast.json', own)).toEqual(OK);
    pass(1000);
    expect(await call('/message/chatroom/broadcast.json', longer)).toEqual(tooLong);
    const entry = { chatroomId: room, userId: 'app', key: 'k', value: 'v', objectName: 'app:note' };
    expect(await call('/chatroom/entry/set.json', { ...entry, content: longer.content })).toEqual(tooLong);
    expect(await call('/chatroom/entry/query.json', { chatroomId: room })).toEqual({ ...OK, keys: [] });
    expect(await call('/chatroom/entry/set.json', { ...entry, content: most })).toEqual(OK);
  });

  it('sends once per msgRandom and sender within a minute', async () => {
    const { call, create, room, clock } = newWorld();
    clock.nowMs = Date.UTC(2027, 4, 5, 6, 7, 8);
    await create();
    const form = { ...message, fromUserId: room, toChatroomId: room };
    const publish = (change: object) => call('/message/chatroom/publish.json', { ...form, ...change });
    const errorMessage = 'unable to send the message; msgRandom was used by this sender within the last minute';
    const used = { code: 1002, errorMessage };
    expect(await publish({ msgRandom: 7 })).toMatchObject(OK);
    expect(await publish({ msgRandom: '007', content: '"another"' })).toEqual(used);
    expect(await publish({ msgRandom: 8 })).toMatchObject(OK);
    expect(await publish({ msgRandom: 7, fromUserId: `${room}-2` })).toMatchObject(OK);
    expect(await call('/message/chatroom/broadcast.json', { ...message, fromUserId: room, msgRandom: 7 })).toEqual(OK);
    expect(await publish({})).toMatchObject(OK);
    clock.nowMs += 59_999;
    expect(await publish({ msgRandom: 7 })).toEqual(used);
    clock.nowMs += 1;
    expect(await publish({ msgRandom: 7 })).toMatchObject(OK);
  });

  it('does not use up msgRandom when nothing is sent', async () => {
    const { call, create, room } = newWorld({ roomMessageQuota: 1 });
    const form = { ...message, fromUserId: room, toChatroomId: room };
    const publish = (change: object) => call('/message/chatroom/publish.json', { ...form, ...change });
    expect(await publish({ msgRandom: 1 })).toMatchObject({ code: 1002 });
    await create();
    expect(await publish({ msgRandom: 1 })).toMatchObject(OK);
    expect(await publish({ msgRandom: 2 })).toMatchObject({ code: 1008 });
    expect(await publish({ msgRandom: 2 })).toMatchObject({ code: 1008 });
    const other = `${room}-other`;
    await call('/chatroom/create_new.json', { chatroomId: other });
    // One of the two rooms gets the message.
    expect(await publish({ msgRandom: 2, toChatroomId: [other, room] })).toMatchObject({ code: 1008 });
    expect((await publish({ msgRandom: 2, toChatroomId: [other, room] })).errorMessage).toContain('msgRandom was used');
  });

  it('takes 20 rooms', async () => {
    const { call, room } = newWorld();
    const rooms = numbered(`${room}-`, 20);
    await call('/chatroom/create.json', Object.fromEntries(rooms.map((id) => [`chatroom[${id}]`, 'n'])));
    const sent = await call('/message/chatroom/publish.json', { ...message, toChatroomId: rooms });
    expect(sent.messageUIDs).toHaveLength(20);
  });
});

describe('broadcast', () => {
  it('reaches the members of all rooms, once a second', async () => {
    const { call, enter, push, pass, settle } = newWorld();
    const { connectionId } = await enter('ann');
    await settle();
    expect(await call('/message/chatroom/broadcast.json', message)).toEqual(OK);
    const again = await call('/message/chatroom/broadcast.json', message);
    expect(again).toEqual({ code: 1008, errorMessage: 'unable to accept the call; at most 1 a second' });
    pass(1000);
    expect(await call('/message/chatroom/broadcast.json', message)).toEqual(OK);
    await settle();
    const got = push.framesOf(connectionId).flatMap((frame) => (frame.event === 'broadcast' ? [frame.message] : []));
    expect(got).toMatchObject([
      { seq: 0, senderUserId: 'app', content: message.content },
      { seq: 0, senderUserId: 'app', content: message.content },
    ]);
  });
});

describe('recall', () => {
  it('replaces the message by a note at its seq', async () => {
    const { call, room, enter, push, clock } = newWorld();
    const { connectionId } = await enter('ann');
    const sent = await call('/message/chatroom/publish.json', { ...message, toChatroomId: room });
    const messageUID = (sent.messageUIDs as Uids)[0]?.messageUID ?? '';
    const form = { fromUserId: 'app', conversationType: 4, targetId: room, messageUID, isAdmin: 1, extra: 'x' };
    expect(await call('/message/recall.json', { ...form, sentTime: 1507778882124, isDelete: 0 })).toEqual(OK);
    const recalled = push.framesOf(connectionId).find((frame) => frame.event === 'recalled');
    expect(recalled).toMatchObject({ room, message: { messageId: messageUID, type: 'RC:RcNtf', recalled: true } });
    expect(JSON.parse(recalled?.message.content ?? '')).toEqual({
      operatorId: 'app',
      recallTime: clock.nowMs,
      originalObjectName: 'RC:TxtMsg',
      admin: true,
      extra: 'x',
    });
  });

  it('applies only to messages in chatrooms', async () => {
    const { call, create, room } = newWorld();
    await create();
    const form = { fromUserId: 'app', targetId: room, messageUID: '1-x' };
    const group = await call('/message/recall.json', { ...form, conversationType: 3 });
    const why = 'conversationType must be 4, a chatroom; nothing else is recalled here';
    expect(group).toEqual({ code: 1002, errorMessage: `unable to accept the call; ${why}` });
    const unknown = await call('/message/recall.json', { ...form, conversationType: 4 });
    expect(unknown).toEqual({ code: 1002, errorMessage: 'unable to recall the message; it is not there' });
  });
});

describe('distribution', () => {
  it('stops and resumes', async () => {
    const { call, room, enter, push } = newWorld();
    const { connectionId } = await enter('ann');
    const pushed = async () => {
      await call('/message/chatroom/publish.json', { ...message, toChatroomId: room });
      return messagesIn(push.framesOf(connectionId)).length;
    };
    expect(await call('/chatroom/message/stopDistribution.json', { chatroomId: room })).toEqual(OK);
    expect(await pushed()).toBe(0);
    expect(await call('/chatroom/message/resumeDistribution.json', { chatroomId: room })).toEqual(OK);
    expect(await pushed()).toBe(1);
  });
});

describe.each([
  ['of low priority', 'objectName', 'objectNames', 'message/priority', 'remove'],
  ['that no quota limits', 'objectnames', 'whitlistMsgType', 'whitelist', 'delete'],
])('message types %s', (_which, name, listed, path, remove) => {
  it('are added up to 20, listed and removed', async () => {
    const { call } = newWorld();
    const types = numbered('app:', 20);
    const full = await call(`/chatroom/${path}/add.json`, { [name]: [...types, 'app:more'] });
    expect(full.code).toBe(1002);
    expect(await call(`/chatroom/${path}/add.json`, { [name]: types })).toEqual(OK);
    const more = await call(`/chatroom/${path}/add.json`, { [name]: 'app:more' });
    expect(more).toEqual({ code: 1002, errorMessage: 'unable to add the types; there are at most 20' });
    const { [listed]: found } = await call(`/chatroom/${path}/query.json`);
    expect(new Set(found as string[])).toEqual(new Set(types));
    expect(await call(`/chatroom/${path}/${remove}.json`, { [name]: types })).toEqual(OK);
    expect(await call(`/chatroom/${path}/query.json`)).toEqual({ ...OK, [listed]: [] });
  });
});
