import { describe, expect, it } from 'vitest';
import type { PushFrame } from '../../lib/protocol/frames.ts';
import { useStore } from '../support/emulators.ts';
import { numbered, serve } from './api-caller.ts';
import { createApiWorld, noRoom, OK } from './api-world.ts';
import { signedCall } from './signed-call.ts';

const store = useStore('dynoxide');
const newWorld = (change: Parameters<typeof createApiWorld>[1] = {}) => createApiWorld(store(), change);
const message = { fromUserId: 'app', objectName: 'RC:TxtMsg', content: '{"content":"hi"}' };
const messagesIn = (frames: readonly PushFrame[]) =>
  frames.flatMap((frame) => (frame.event === 'messages' ? frame.messages : []));

type Uids = { chatroomId: string; messageUID: string }[];

describe('publish', () => {
  it('sends to each room once, and names the messages', async () => {
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

  it('leaves the sender out unless told otherwise', async () => {
    const { call, room, enter, push } = newWorld();
    const { connectionId } = await enter('app');
    await call('/message/chatroom/publish.json', { ...message, toChatroomId: room });
    await call('/message/chatroom/publish.json', {
      ...message,
      toChatroomId: room,
      isIncludeSender: 1,
      isPersisted: 0,
    });
    // He gets both for their seqs; his client does not show the first.
    const marks = messagesIn(push.framesOf(connectionId)).map(({ seq, notForSender }) => [seq, notForSender]);
    expect(marks).toEqual([
      [1, true],
      [2, undefined],
    ]);
  });

  it('tells what was sent before a room was missing', async () => {
    const { call, create, room } = newWorld();
    await create();
    const partly = await call('/message/chatroom/publish.json', { ...message, toChatroomId: [room, 'none'] });
    const errorMessage = 'unable to publish the message; the room does not exist (none)';
    const messageUIDs = [{ chatroomId: room, messageUID: expect.any(String) }];
    expect(partly).toEqual({ code: 1002, errorMessage, messageUIDs });
  });

  it('asks for patience beyond the quota of a room, by its priority', async () => {
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

  it('takes 20 rooms', async () => {
    const { call, room } = newWorld();
    const rooms = numbered(`${room}-`, 20);
    await call('/chatroom/create.json', Object.fromEntries(rooms.map((id) => [`chatroom[${id}]`, 'n'])));
    const sent = await call('/message/chatroom/publish.json', { ...message, toChatroomId: rooms });
    expect(sent.messageUIDs).toHaveLength(20);
  });
});

describe('broadcast', () => {
  it('reaches members of rooms once a second', async () => {
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
  it('puts a note in the place of the message', async () => {
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

  it('is of messages in chatrooms', async () => {
    const { call, create, room } = newWorld();
    await create();
    const form = { fromUserId: 'app', targetId: room, messageUID: '1-x' };
    const group = await call('/message/recall.json', { ...form, conversationType: 3 });
    const why = 'conversationType must be 4, a chatroom; nothing else is recalled here';
    expect(group).toEqual({ code: 1002, errorMessage: `unable to accept the call; ${why}` });
    const unknown = await call('/message/recall.json', { ...form, conversationType: 4 });
    expect(unknown).toEqual({ code: 1002, errorMessage: 'unable to recall the message; it is not there' });
    const nowhere = await call('/message/recall.json', { ...form, conversationType: 4, targetId: 'nowhere' });
    expect(nowhere).toEqual(noRoom('recall the message'));
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
    const nowhere = { chatroomId: 'nowhere' };
    expect(await call('/chatroom/message/stopDistribution.json', nowhere)).toEqual(noRoom('stop the distribution'));
    expect(await call('/chatroom/message/resumeDistribution.json', nowhere)).toEqual(noRoom('resume the distribution'));
  });
});

describe.each([
  ['of low priority', 'objectName', 'objectNames', 'message/priority', 'remove'],
  ['that no quota holds back', 'objectnames', 'whitlistMsgType', 'whitelist', 'delete'],
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
