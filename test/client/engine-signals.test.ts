import { describe, expect, it } from 'vitest';
import { useScriptedEngine } from './scripted-engine.ts';
import { joinedAnswer } from './server-frames.ts';

const script = useScriptedEngine();

const send = (type: string, data: string) =>
  script.engine.sendSignal('r', type, data, { onSignalSent: (code) => script.events.put(['signalled', code]) });
const typing = { event: 'signal', userId: 'bob', type: 'typing', data: '{}', atMs: 5 } as const;

describe('sendSignal', () => {
  it('asks the server once, and ends with its code', async () => {
    await script.join();
    expect(await send('app:cursor', '{"x":1}')).toBe(0);
    const { id, ...frame } = await script.server.take('signal');
    expect(frame).toEqual({ action: 'signal', room: 'r', type: 'app:cursor', data: '{"x":1}' });
    script.ok(id);
    expect(await script.events.next()).toEqual(['signalled', 0]);
    await send('typing', '');
    await script.refuseNext('signal', 20604, { retryAfterMs: 500 });
    expect(await script.events.next()).toEqual(['signalled', 20604]);
    script.timers.advance(5_000);
    await script.flush();
  });

  it('does not wait for what the room does, nor for a connection', async () => {
    await script.join();
    await script.engine.getChatRoomMessages('r', 0, 0, 1);
    await script.server.take('history');
    await send('typing', '');
    await script.okNext('signal');
    expect(await script.events.next()).toEqual(['signalled', 0]);
    const suspended = script.reachesStatus(8);
    script.server.disconnect();
    await suspended;
    await send('typing', '');
    script.timers.advance(0);
    expect(await script.events.next()).toEqual(['signalled', 30002]);
  });

  it('makes the engine resume the membership that a refusal doubts', async () => {
    await script.join();
    await send('typing', '');
    await script.refuseNext('signal', 23406);
    expect(await script.events.next()).toEqual(['signalled', 23406]);
    expect((await script.server.take('join')).resume).toEqual({ roomEpoch: 'e1', membership: 's1', seq: 0 });
  });

  it('refuses what the server would refuse', async () => {
    await script.join();
    for (const [data, code] of [
      ['x'.repeat(513), 30016],
      ['"'.repeat(257), 30016],
      ['\ud800', 34205],
    ] as const) {
      await send('typing', data);
      script.timers.advance(0);
      expect(await script.events.next()).toEqual(['signalled', code]);
    }
    expect(await send('', '')).toBe(1);
    expect(await script.engine.sendSignal('', 'typing', '')).toBe(1);
    await script.engine.destroy();
    expect(await send('typing', '')).toBe(2);
  });
});

describe('a signal of another member', () => {
  it('is handed over once, also if it comes over two connections', async () => {
    script.engine.setOnChatRoomSignalListener((signal) => script.events.put(['signal', signal]));
    await script.join();
    script.push(typing);
    script.push(typing);
    script.push({ ...typing, atMs: 6 });
    const signal = { targetId: 'r', userId: 'bob', type: 'typing', data: '{}' };
    expect(await script.events.next()).toEqual(['signal', signal]);
    expect(await script.events.next()).toEqual(['signal', signal]);
    await script.flush();
  });

  it('that overtakes the answer of the join is handed over after it', async () => {
    script.engine.setOnChatRoomSignalListener((signal) => script.events.put(['signal', signal]));
    await script.connect();
    await script.engine.joinChatRoom('r', 10, true);
    const { id } = await script.server.take('join');
    script.push(typing);
    script.server.send(joinedAnswer(id));
    expect(await script.events.next()).toEqual(['joined', 0, 'r']);
    expect(await script.events.next()).toMatchObject(['signal', { userId: 'bob' }]);
  });

  it('of a room that the user is not in is ignored', async () => {
    script.engine.setOnChatRoomSignalListener((signal) => script.events.put(['signal', signal]));
    await script.join();
    script.server.send({ ...typing, room: 'r', roomEpoch: 'another' });
    script.server.send({ ...typing, room: 'elsewhere', roomEpoch: 'e1' });
    script.push({ ...typing, data: 'last' });
    expect(await script.events.next()).toMatchObject(['signal', { data: 'last' }]);
  });
});
