import { describe, expect, it } from 'vitest';
import { RCIMIWChatRoomMemberOrder } from '../../lib/client/index.ts';
import { useScriptedEngine } from './scripted-engine.ts';

const { NONE, ASCENDING, DESCENDING } = RCIMIWChatRoomMemberOrder;

const script = useScriptedEngine();

const ask = (count: number, order: RCIMIWChatRoomMemberOrder) =>
  script.engine.getChatRoomInfo('r', count, order, {
    onSuccess: (info) => script.events.put(['info', info]),
    onError: (code) => script.events.put(['error', code]),
  });

/** Answers the next `info`; resolves to what it asked for. */
async function answer(more: object): Promise<object> {
  const { id, action: _action, room: _room, ...asked } = await script.server.take('info');
  script.server.send({ event: 'answer', id, code: 0, room: 'r', roomEpoch: 'e1', total: 0, members: [], ...more });
  return asked;
}

describe('getChatRoomInfo', () => {
  it('hands over how many members there are, and some of them', async () => {
    await script.join();
    expect(await ask(2, DESCENDING)).toBe(0);
    const members = [
      { userId: 'bob', joinedAtMs: 20, sender: { name: 'Bob', portrait: 'p' } },
      { userId: 'ann', joinedAtMs: 10 },
    ];
    expect(await answer({ total: 7, members })).toEqual({ memberCount: 2, order: 'descending' });
    const userInfos = [
      { id: 'bob', time: 20, name: 'Bob', portrait: 'p' },
      { id: 'ann', time: 10 },
    ];
    expect(await script.events.next()).toEqual(['info', { targetId: 'r', userCount: 7, userInfos, isComplete: true }]);
    await ask(20, ASCENDING);
    expect(await answer({})).toEqual({ memberCount: 20, order: 'ascending' });
    await ask(20, NONE);
    expect(await answer({})).toEqual({ memberCount: 0, order: 'ascending' });
  });

  it('says that a room is too large to be counted', async () => {
    await script.join();
    await ask(20, ASCENDING);
    await answer({ total: 1001, more: true });
    expect(await script.events.next()).toEqual([
      'info',
      { targetId: 'r', userCount: 1001, userInfos: [], isComplete: false },
    ]);
  });

  it('is asked of the server once the room is resumed after a lost connection, and ends with its code', async () => {
    await script.join();
    await ask(1, ASCENDING);
    await script.server.take('info');
    await script.reconnect();
    await script.answerJoin({ fresh: false });
    await script.refuseNext('info', 23406);
    expect(await script.events.next()).toEqual(['error', 23406]);
  });

  it('reports to the listener where there is no callback', async () => {
    script.engine.setOnChatRoomInfoLoadedListener((code, room, info) => script.events.put([code, room, info]));
    await script.join();
    await script.engine.getChatRoomInfo('r', 1, ASCENDING);
    await answer({ total: 1, members: [{ userId: 'ann', joinedAtMs: 10 }] });
    const info = { targetId: 'r', userCount: 1, userInfos: [{ id: 'ann', time: 10 }], isComplete: true };
    expect(await script.events.next()).toEqual([0, 'r', info]);
    await script.engine.getChatRoomInfo('r', 1, ASCENDING);
    await script.refuseNext('info', 23410);
    expect(await script.events.next()).toEqual([23410, 'r', undefined]);
  });

  it('refuses wrong arguments', async () => {
    for (const count of [-1, 21, 0.5, Number.NaN]) expect(await ask(count, ASCENDING)).toBe(1);
    expect(await ask(1, 3 as RCIMIWChatRoomMemberOrder)).toBe(1);
    expect(await script.engine.getChatRoomInfo('', 1, ASCENDING)).toBe(1);
    await script.engine.destroy();
    expect(await ask(1, ASCENDING)).toBe(2);
  });
});
