import { describe, expect, it } from 'vitest';
import { useStore } from '../support/emulators.ts';
import { numbered } from './api-caller.ts';
import { createApiWorld, OK } from './api-world.ts';

const store = useStore('dynoxide');
const newWorld = (change: Parameters<typeof createApiWorld>[1] = {}) => createApiWorld(store(), change);
const json = (count: number, value = 'v') =>
  JSON.stringify(Object.fromEntries(numbered('k', count).map((key) => [key, value])));

describe('entries', () => {
  it('are set, read and removed', async () => {
    const { call, create, room, clock } = newWorld();
    await create();
    const of = { chatroomId: room, userId: 'ann', key: 'seat+1' };
    expect(await call('/chatroom/entry/set.json', { ...of, value: '张 & B', autoDelete: 1 })).toEqual(OK);
    const batch = { chatroomId: room, entryOwnerId: 'bob', entryInfo: '{"a":"1","b":""}' };
    expect(await call('/chatroom/entry/batch/set.json', batch)).toEqual(OK);
    const lastSetTime = `${clock.nowMs}`;
    const [a, b, seat] = [
      { key: 'a', value: '1', userId: 'bob', autoDelete: '0', lastSetTime },
      { key: 'b', value: '', userId: 'bob', autoDelete: '0', lastSetTime },
      { key: 'seat+1', value: '张 & B', userId: 'ann', autoDelete: '1', lastSetTime },
    ];
    expect(await call('/chatroom/entry/query.json', { chatroomId: room })).toEqual({ ...OK, keys: [a, b, seat] });
    const some = await call('/chatroom/entry/query.json', { chatroomId: room, keys: ['seat+1', 'none', 'b'] });
    expect(some).toEqual({ ...OK, keys: [b, seat] });
    expect(await call('/chatroom/entry/remove.json', of)).toEqual(OK);
    // The Go SDK sends an empty key to mean all.
    expect(await call('/chatroom/entry/query.json', { chatroomId: room, keys: '' })).toEqual({ ...OK, keys: [a, b] });
  });

  it('overwrite those of another user, and are removed only by their own user', async () => {
    const { call, create, room } = newWorld();
    await create();
    const set = (userId: string) =>
      call('/chatroom/entry/set.json', { chatroomId: room, userId, key: 'k', value: 'v' });
    const remove = (userId: string) => call('/chatroom/entry/remove.json', { chatroomId: room, userId, key: 'k' });
    await set('ann');
    expect(await set('bob')).toEqual(OK);
    const foreign = 'unable to remove the entry; another user has set it';
    expect(await remove('ann')).toEqual({ code: 1002, errorMessage: foreign });
    expect(await remove('bob')).toEqual(OK);
    const absent = 'unable to remove the entry; it does not exist';
    expect(await remove('bob')).toEqual({ code: 1015, errorMessage: absent });
  });

  it('are removed in a batch, also those of other users, and no others', async () => {
    const { call, create, room } = newWorld();
    await create();
    await call('/chatroom/entry/batch/set.json', { chatroomId: room, entryOwnerId: 'bob', entryInfo: json(4) });
    const remove = (entryKeys: string | string[]) =>
      call('/chatroom/entry/batch/remove.json', { chatroomId: room, entryOwnerId: 'ann', entryKeys });
    const left = async () => {
      const { keys } = await call('/chatroom/entry/query.json', { chatroomId: room });
      return (keys as { key: string }[]).map(({ key }) => key);
    };
    expect(await remove('["k0","none","k0"]')).toEqual(OK);
    expect(await left()).toEqual(['k1', 'k2', 'k3']);
    expect(await remove(['k1', 'k3'])).toEqual(OK);
    expect(await left()).toEqual(['k2']);
    expect(await remove('k2')).toEqual(OK);
    expect(await remove('k2')).toEqual(OK);
    expect(await left()).toEqual([]);
  });

  it('come with a message, which follows the change and is sent as the user', async () => {
    const { call, room, enter, push } = newWorld();
    const { connectionId } = await enter('ann');
    const of = { chatroomId: room, userId: 'bob', key: 'seat' };
    const noted = { objectName: 'RC:chrmKVNotiMsg', content: '{"type":1,"key":"seat","value":"8"}' };
    const received = () =>
      push.framesOf(connectionId).flatMap((frame): readonly unknown[] => {
        if (frame.event === 'entries') return [frame.operation];
        return frame.event === 'messages' ? frame.messages : [];
      });
    expect(await call('/chatroom/entry/set.json', { ...of, value: '8', ...noted })).toEqual(OK);
    const message = { senderUserId: 'bob', type: noted.objectName, content: noted.content, seq: 1 };
    expect(received()).toMatchObject(['set', message]);
    const gone = { objectName: 'app:gone', content: 'seat is free' };
    expect(await call('/chatroom/entry/remove.json', { ...of, ...gone })).toEqual(OK);
    expect(received().slice(2)).toMatchObject(['remove', { seq: 2, type: 'app:gone', content: 'seat is free' }]);
    // A failed removal sends no message.
    const absent = await call('/chatroom/entry/remove.json', { ...of, ...gone });
    expect([absent.code, received().length]).toEqual([1015, 4]);
  });

  it.each([
    [{ objectName: 'app:note' }, 1002, 'objectName and content must be given together'],
    [{ content: '{}' }, 1002, 'objectName and content must be given together'],
    [{ objectName: 'RC:note', content: 'no JSON' }, 1002, 'content must be JSON, as objectName begins with RC:'],
    [{ objectName: 'app note', content: '1' }, 1002, 'objectName must be 1 to 32 of A-Z a-z 0-9 : _ . -'],
  ])('stay unchanged when the message is invalid: %j', async (wrong, code, why) => {
    const { call, create, room } = newWorld();
    await create();
    const of = { chatroomId: room, userId: 'bob', key: 'k' };
    await call('/chatroom/entry/set.json', { ...of, value: 'old' });
    const refused = { code, errorMessage: `unable to accept the call; ${why}` };
    expect(await call('/chatroom/entry/set.json', { ...of, value: 'new', ...wrong })).toEqual(refused);
    expect(await call('/chatroom/entry/remove.json', { ...of, ...wrong })).toEqual(refused);
    const { keys } = await call('/chatroom/entry/query.json', { chatroomId: room });
    expect(keys).toMatchObject([{ key: 'k', value: 'old' }]);
  });

  it('change even when the room refuses the message, and the answer says so', async () => {
    const { call, create, room } = newWorld({ roomMessageQuota: 1 });
    await create();
    const noted = { objectName: 'app:note', content: 'set' };
    const of = { chatroomId: room, userId: 'bob', key: 'k', ...noted };
    expect(await call('/chatroom/entry/set.json', { ...of, value: '1' })).toEqual(OK);
    const errorMessage = `unable to publish the message; the room is flooded (${room})`;
    const flooded = { code: 1008, errorMessage, done: ['k'] };
    expect(await call('/chatroom/entry/set.json', { ...of, value: '2' })).toEqual(flooded);
    const { keys } = await call('/chatroom/entry/query.json', { chatroomId: room });
    expect(keys).toMatchObject([{ key: 'k', value: '2' }]);
    expect(await call('/chatroom/entry/remove.json', of)).toEqual(flooded);
    expect(await call('/chatroom/entry/query.json', { chatroomId: room })).toEqual({ ...OK, keys: [] });
  });

  it('are limited by the setting', async () => {
    const { call, create, room } = newWorld({ maxEntriesPerRoom: 2 });
    await create();
    const full = 'unable to set the entries; a room has at most 2';
    const batch = { chatroomId: room, entryOwnerId: 'ann', entryInfo: json(3) };
    const partly = await call('/chatroom/entry/batch/set.json', batch);
    expect(partly).toEqual({ code: 1002, errorMessage: full, done: ['k0', 'k1'] });
    const third = await call('/chatroom/entry/set.json', { chatroomId: room, userId: 'ann', key: 'k2', value: 'v' });
    expect(third).toEqual({ code: 1002, errorMessage: full });
    const old = await call('/chatroom/entry/set.json', { chatroomId: room, userId: 'ann', key: 'k1', value: 'w' });
    expect(old).toEqual(OK);
  });

  it('are accepted at their limits', async () => {
    const { call, create, room } = newWorld();
    await create();
    const of = { chatroomId: room, userId: 'ann' };
    const longest = await call('/chatroom/entry/set.json', { ...of, key: 'k'.repeat(128), value: '长'.repeat(4096) });
    expect(longest).toEqual(OK);
    const batch = { chatroomId: room, entryOwnerId: 'ann', entryInfo: json(20, '长'.repeat(4096)) };
    expect(await call('/chatroom/entry/batch/set.json', batch)).toEqual(OK);
    const keys = numbered('k', 100);
    const { keys: found } = await call('/chatroom/entry/query.json', { chatroomId: room, keys });
    expect(found).toHaveLength(20);
  });

  it.each([
    [{ key: 'k'.repeat(129), value: 'v' }, 1005, 'key must be at most 128 characters'],
    [{ key: 'k', value: 'v'.repeat(4097) }, 1005, 'value must be at most 4096 characters'],
    [{ key: 'k.', value: 'v' }, 1002, 'key must be 1 to 128 of A-Z a-z 0-9 + = _ -'],
    [{ key: '__proto__', value: 'v' }, 1002, 'key must be 1 to 128 of A-Z a-z 0-9 + = _ -'],
    [{ key: 'k', value: '' }, 1002, 'value is missing'],
    [{ key: 'k', value: 'v', autoDelete: 2 }, 1002, 'autoDelete must be 0 or 1 or false or true'],
  ])('are refused beyond them: %#', async (entry, code, why) => {
    const answer = await newWorld().call('/chatroom/entry/set.json', { chatroomId: 'r', userId: 'ann', ...entry });
    expect(answer).toEqual({ code, errorMessage: `unable to accept the call; ${why}` });
  });

  it.each([
    [json(21), 1002, 'entryInfo has 21 keys, at most 20'],
    ['{}', 1002, 'entryInfo must be an object that holds something'],
    ['["a"]', 1002, 'entryInfo must be a JSON object of 1 to 20 strings'],
    ['null', 1002, 'entryInfo must be a JSON object of 1 to 20 strings'],
    ['{"a":', 1002, 'entryInfo must be a JSON object of 1 to 20 strings'],
    ['{"a":1}', 1002, 'a value in entryInfo must be a string'],
    ['{"a":"\\ud800"}', 1002, 'a value in entryInfo must be a string'],
    ['{"a b":"1"}', 1002, 'a key in entryInfo must be 1 to 128 of A-Z a-z 0-9 + = _ -'],
    ['{"__proto__":"1"}', 1002, 'a key in entryInfo must be 1 to 128 of A-Z a-z 0-9 + = _ -'],
    [json(1, 'v'.repeat(4097)), 1005, 'a value in entryInfo must be at most 4096 characters'],
  ])('are refused in a batch beyond them: %#', async (entryInfo, code, why) => {
    const form = { chatroomId: 'r', entryOwnerId: 'ann', entryInfo };
    const answer = await newWorld().call('/chatroom/entry/batch/set.json', form);
    expect(answer).toEqual({ code, errorMessage: `unable to accept the call; ${why}` });
  });
});
