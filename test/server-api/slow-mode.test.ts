import { describe, expect, it } from 'vitest';
import { useStore } from '../support/emulators.ts';
import { createApiWorld, OK } from './api-world.ts';

const store = useStore('dynoxide');
const SLOW = 20_690;

describe('slow-mode', () => {
  it('lets a member send one message in so many seconds', async () => {
    const { call, room, enter, send, pass } = createApiWorld(store());
    const ann = await enter('ann');
    const of = { chatroomId: room };
    expect(await call('/chatroom/slow-mode/get.json', of)).toEqual({ ...OK, seconds: 0 });
    expect(await call('/chatroom/slow-mode/set.json', { ...of, seconds: 5 })).toEqual(OK);
    expect(await call('/chatroom/slow-mode/get.json', of)).toEqual({ ...OK, seconds: 5 });
    expect([(await send(ann)).code, (await send(ann)).code]).toEqual([0, SLOW]);
    pass(5_000);
    expect((await send(ann)).code).toBe(0);
    expect(await call('/chatroom/slow-mode/set.json', { ...of, seconds: 0 })).toEqual(OK);
    expect([(await send(ann)).code, (await send(ann)).code]).toEqual([0, 0]);
  });

  it.each(['3601', '-1', '1.5', 'on', ''])('refuses "%s" seconds', async (seconds) => {
    const { call, room, create } = createApiWorld(store());
    await create();
    const answer = await call('/chatroom/slow-mode/set.json', { chatroomId: room, seconds });
    const why = seconds === '' ? 'seconds is missing' : 'seconds must be a whole number from 0 to 3600';
    expect(answer).toEqual({ code: 1002, errorMessage: `unable to accept the call; ${why}` });
    expect(await call('/chatroom/slow-mode/get.json', { chatroomId: room })).toEqual({ ...OK, seconds: 0 });
  });

  it('notifies the members when the call asks for it', async () => {
    const { call, room, enter, notices, clock } = createApiWorld(store());
    const { connectionId } = await enter('ann');
    await call('/chatroom/slow-mode/set.json', { chatroomId: room, seconds: 5 });
    expect(notices(connectionId)).toEqual([]);
    for (const seconds of [30, 0]) {
      await call('/chatroom/slow-mode/set.json', { chatroomId: room, seconds, needNotify: 'true', extra: 'x' });
    }
    const notice = { event: 'notice', kind: 'slow-mode', room, userIds: [], extra: 'x', atMs: clock.nowMs };
    expect(notices(connectionId)).toEqual([
      { ...notice, durationMs: 30_000 },
      { ...notice, durationMs: 0 },
    ]);
  });
});
