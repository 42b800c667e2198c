import { describe, expect, it } from 'vitest';
import { serveServerApi } from '../../lib/server-api/index.ts';
import { useStore } from '../support/emulators.ts';
import { NOW_MS, recordingDeps } from './recording-store.ts';
import { signedCall } from './signed-call.ts';

const store = useStore('dynalite');

async function call(path: string, body: string): Promise<Record<string, unknown>> {
  const { d } = recordingDeps({});
  store().clock.nowMs = NOW_MS;
  const answer = await serveServerApi({ ...d, deps: { ...d.deps, store: store().store } }, signedCall(path, body));
  return JSON.parse(answer.body) as Record<string, unknown>;
}

describe('calls on a real store', () => {
  it('a block is listed until it is lifted', async () => {
    await call('/chatroom/create_new.json', 'chatroomId=blocks');
    expect(await call('/chatroom/user/block/add.json', 'chatroomId=blocks&userId=u1&minute=1')).toEqual({ code: 200 });
    const users = [{ userId: 'u1', time: '2026-01-02 03:05:05' }];
    expect(await call('/chatroom/user/block/list.json', 'chatroomId=blocks')).toEqual({ code: 200, users });
    await call('/chatroom/user/block/rollback.json', 'chatroomId=blocks&userId=u1');
    expect(await call('/chatroom/user/block/list.json', 'chatroomId=blocks')).toEqual({ code: 200, users: [] });
  });

  it('the allowlist takes five and no sixth', async () => {
    await call('/chatroom/create_new.json', 'chatroomId=allowed');
    const five = ['a', 'b', 'c', 'd', 'e'];
    const form = five.map((user) => `userId=${user}`).join('&');
    expect(await call('/chatroom/user/whitelist/add.json', `chatroomId=allowed&${form}`)).toEqual({ code: 200 });
    expect((await call('/chatroom/user/whitelist/add.json', 'chatroomId=allowed&userId=f')).code).toBe(1002);
    expect(await call('/chatroom/user/whitelist/query.json', 'chatroomId=allowed')).toEqual({ code: 200, users: five });
    await call('/chatroom/user/whitelist/remove.json', 'chatroomId=allowed&userId=a');
    const { users } = await call('/chatroom/user/whitelist/query.json', 'chatroomId=allowed');
    expect(users).toEqual(five.slice(1));
  });

  it('publish answers per room, and tells what was sent before a room was missing', async () => {
    await call('/chatroom/create.json', 'chatroom[p1]=One&chatroom[p2]=Two');
    const form = 'fromUserId=u1&objectName=RC:TxtMsg&content=%7B%22content%22%3A%22hi%22%7D&isIncludeSender=1';
    const messageUIDs = [{ chatroomId: 'p1', messageUID: 'random-1' }];
    const sent = await call('/message/chatroom/publish.json', `${form}&toChatroomId=p1`);
    expect(sent).toEqual({ code: 200, messageUIDs });
    const partly = await call('/message/chatroom/publish.json', `${form}&toChatroomId=p2&toChatroomId=none`);
    const errorMessage = 'unable to publish the message; the room does not exist (none)';
    expect(partly).toEqual({ code: 1002, errorMessage, messageUIDs: [{ chatroomId: 'p2', messageUID: 'random-1' }] });
  });

  it('a destroyed room is gone', async () => {
    await call('/chatroom/create_new.json', 'chatroomId=ends');
    expect(await call('/chatroom/destroy.json', 'chatroomId=ends')).toEqual({ code: 200 });
    expect((await call('/chatroom/user/query.json', 'chatroomId=ends&count=1&order=1')).code).toBe(1002);
  });
});
