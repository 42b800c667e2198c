import { beforeEach, describe, expect, it } from 'vitest';
import type { NoticeKind } from '../../lib/protocol/push-frames.ts';
import { token, useScriptedEngine } from './scripted-engine.ts';

const script = useScriptedEngine();

const listenToStatus = () =>
  script.engine.setOnConnectionStatusChangedListener((status) => script.events.put(['status', status]));

/** Shows that the client has stopped trying: otherwise a `connect` would end with 34001. */
async function expectNoRetry(): Promise<void> {
  script.timers.advance(60_000);
  script.server.selected = undefined;
  script.engine.setOnConnectionStatusChangedListener();
  await script.engine.connect(token, 0, { onConnected: (code) => script.events.put(['again', code]) });
  expect(await script.events.next()).toEqual(['again', 0]);
}

describe('a handshake that is refused by a sub-protocol', () => {
  it('offers all refusal codes', async () => {
    await script.connect();
    expect((await script.server.connections.next()).slice(2)).toEqual([
      'doorman.refused.31004',
      'doorman.refused.31009',
      'doorman.refused.31010',
      'doorman.refused.31020',
      'doorman.refused.31023',
      'doorman.refused.31029',
    ]);
  });

  it.each([
    [31004, 5],
    [31009, 6],
    [31010, 4],
    [31020, 5],
    [31023, 4],
    [31029, 6],
  ])('ends with %i and status %i, and is not retried', async (code, status) => {
    listenToStatus();
    script.server.selected = `doorman.refused.${code}`;
    await script.engine.connect(token, 0, { onConnected: (outcome) => script.events.put(['connected', outcome]) });
    expect(await script.events.next()).toEqual(['status', 2]);
    expect(await script.events.next()).toEqual(['status', status]);
    expect(await script.events.next()).toEqual(['connected', code]);
    await expectNoRetry();
  });

  it('ends a reconnect too', async () => {
    await script.join();
    script.server.selected = 'doorman.refused.31009';
    await script.reconnect();
    const refused = script.reachesStatus(6);
    await refused;
    await script.engine.leaveChatRoom('r');
    expect(await script.events.next()).toEqual(['left', 33001, 'r']);
  });
});

describe('a connection that the server closes for good', () => {
  it.each([
    [31009, 6],
    [31010, 4],
    [31011, 6],
    [31004, 5],
    [31020, 5],
    [31029, 6],
    [39999, 3],
  ])('with %i ends with status %i, and is not retried', async (code, status) => {
    await script.connect();
    listenToStatus();
    script.server.send({ event: 'closing', code, message: 'the end' });
    expect(await script.events.next()).toEqual(['status', status]);
    await expectNoRetry();
  });

  it('ends the waiting calls', async () => {
    await script.join();
    await script.sendText('one');
    await script.server.take('send');
    script.server.send({ event: 'closing', code: 31011, message: 'blocked' });
    expect(await script.events.next()).toEqual(['sent', 'one', 30001, 0]);
  });
});

describe('a notice', () => {
  const times = { durationMs: 60_000, atMs: 5, extra: 'why' };
  const event = { chatroomId: 'r', durationTime: 60_000, operateTime: 5, userIdList: ['eve'], extra: 'why' };
  const send = (kind: NoticeKind, room = 'r') =>
    script.server.send({ event: 'notice', kind, room, userIds: ['eve'], ...times });

  beforeEach(async () => {
    script.engine.setOnChatRoomNotifyBlockListener((blocked) => script.events.put(['block', blocked]));
    script.engine.setOnChatRoomNotifyBanListener((banned) => script.events.put(['ban', banned]));
    await script.connect();
  });

  it.each([
    ['unblock', 0],
    ['block', 1],
  ] as const)('%s is a block event of type %i', async (kind, operateType) => {
    send(kind);
    expect(await script.events.next()).toEqual(['block', { ...event, operateType }]);
  });

  it.each([
    ['unmute-users', 0],
    ['mute-users', 1],
    ['unmute-room', 2],
    ['mute-room', 3],
    ['end-exemption', 4],
    ['exempt-from-mute', 5],
  ] as const)('%s is a ban event of type %i', async (kind, banType) => {
    send(kind);
    expect(await script.events.next()).toEqual(['ban', { ...event, banType }]);
  });

  it.each([
    ['unmute-everywhere', 6],
    ['mute-everywhere', 7],
  ] as const)('%s is a ban event of type %i, of no room', async (kind, banType) => {
    send(kind, '');
    expect(await script.events.next()).toEqual(['ban', { ...event, chatroomId: '', banType }]);
  });

  it('of an unknown kind is ignored', async () => {
    send('constructor' as NoticeKind);
    send('block');
    expect(await script.events.next()).toEqual(['block', { ...event, operateType: 1 }]);
  });
});

describe('a sync', () => {
  it.each([
    ['joined', 1],
    ['left', 0],
  ] as const)('reports what the user did on another device: %s', async (change, status) => {
    script.engine.setOnChatRoomNotifyMultiLoginSyncListener((event) => script.events.put(['sync', event]));
    await script.join();
    const sync = { event: 'sync', room: 'elsewhere', change, atMs: 5 } as const;
    script.server.send(sync);
    script.server.send(sync);
    script.server.send({ ...sync, atMs: 6 });
    const event = { chatroomId: 'elsewhere', status, reason: 0, extra: '' };
    expect(await script.events.next()).toEqual(['sync', { ...event, time: 5 }]);
    expect(await script.events.next()).toEqual(['sync', { ...event, time: 6 }]);
  });
});
