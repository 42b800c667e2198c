import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RCIMIWEngine } from '../../lib/client/index.ts';
import type { NoticeKind } from '../../lib/protocol/push-frames.ts';
import { ScriptedEngine, token } from './scripted-engine.ts';
import type { Inbox, ScriptedServer } from './scripted-server.ts';
import type { VirtualTimers } from './virtual-timers.ts';

let script: ScriptedEngine;
let server: ScriptedServer;
let timers: VirtualTimers;
let engine: RCIMIWEngine;
let told: Inbox<readonly unknown[]>;

beforeEach(async () => {
  script = await ScriptedEngine.start();
  ({ server, timers, engine, told } = script);
});

afterEach(() => script.stop());

const listenToStatus = () => engine.setOnConnectionStatusChangedListener((status) => told.put(['status', status]));

/** Shows that nobody tries any more: where somebody does, a `connect` is refused with 34001. */
async function expectNoRetry(): Promise<void> {
  timers.advance(60_000);
  server.selected = undefined;
  engine.setOnConnectionStatusChangedListener();
  await engine.connect(token, 0, { onConnected: (code) => told.put(['again', code]) });
  expect(await told.next()).toEqual(['again', 0]);
}

describe('a connection that is refused by a sub-protocol', () => {
  it('is offered the codes', async () => {
    await script.connect();
    expect((await server.connections.next()).slice(2)).toEqual([
      'doorman.refused.31004',
      'doorman.refused.31009',
      'doorman.refused.31010',
      'doorman.refused.31020',
      'doorman.refused.31029',
    ]);
  });

  it.each([
    [31004, 5],
    [31009, 6],
    [31010, 4],
    [31020, 5],
    [31029, 6],
  ])('ends with %i and status %i, and is not tried again', async (code, status) => {
    listenToStatus();
    server.selected = `doorman.refused.${code}`;
    await engine.connect(token, 0, { onConnected: (outcome) => told.put(['connected', outcome]) });
    expect(await told.next()).toEqual(['status', 2]);
    expect(await told.next()).toEqual(['status', status]);
    expect(await told.next()).toEqual(['connected', code]);
    await expectNoRetry();
  });

  it('ends a coming back too', async () => {
    await script.join();
    server.selected = 'doorman.refused.31009';
    await script.reconnect();
    const refused = new Promise<void>((resolve) => {
      engine.setOnConnectionStatusChangedListener((status) => status === 6 && resolve());
    });
    await refused;
    await engine.leaveChatRoom('r');
    expect(await told.next()).toEqual(['left', 33001, 'r']);
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
  ])('by %i ends with status %i, and is not tried again', async (code, status) => {
    await script.connect();
    listenToStatus();
    server.send({ event: 'closing', code, message: 'the end' });
    expect(await told.next()).toEqual(['status', status]);
    await expectNoRetry();
  });

  it('ends what waits', async () => {
    await script.join();
    await script.sendText('one');
    await server.take('send');
    server.send({ event: 'closing', code: 31011, message: 'blocked' });
    expect(await told.next()).toEqual(['sent', 'one', 30001, 0]);
  });
});

describe('a notice', () => {
  const times = { durationMs: 60_000, atMs: 5, extra: 'why' };
  const event = { chatroomId: 'r', durationTime: 60_000, operateTime: 5, userIdList: ['eve'], extra: 'why' };
  const send = (kind: NoticeKind, room = 'r') =>
    server.send({ event: 'notice', kind, room, userIds: ['eve'], ...times });

  beforeEach(async () => {
    engine.setOnChatRoomNotifyBlockListener((blocked) => told.put(['block', blocked]));
    engine.setOnChatRoomNotifyBanListener((banned) => told.put(['ban', banned]));
    await script.connect();
  });

  it.each([
    ['unblock', 0],
    ['block', 1],
  ] as const)('%s is a block event of type %i', async (kind, operateType) => {
    send(kind);
    expect(await told.next()).toEqual(['block', { ...event, operateType }]);
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
    expect(await told.next()).toEqual(['ban', { ...event, banType }]);
  });

  it.each([
    ['unmute-everywhere', 6],
    ['mute-everywhere', 7],
  ] as const)('%s is a ban event of type %i, of no room', async (kind, banType) => {
    send(kind, '');
    expect(await told.next()).toEqual(['ban', { ...event, chatroomId: '', banType }]);
  });

  it('of a kind that is not known is passed over', async () => {
    send('constructor' as NoticeKind);
    send('block');
    expect(await told.next()).toEqual(['block', { ...event, operateType: 1 }]);
  });
});

describe('a sync', () => {
  it.each([
    ['joined', 1],
    ['left', 0],
  ] as const)('tells what he did on another device: %s', async (change, status) => {
    engine.setOnChatRoomNotifyMultiLoginSyncListener((event) => told.put(['sync', event]));
    await script.join();
    const sync = { event: 'sync', room: 'elsewhere', change, atMs: 5 } as const;
    server.send(sync);
    server.send(sync);
    server.send({ ...sync, atMs: 6 });
    const event = { chatroomId: 'elsewhere', status, reason: 0, extra: '' };
    expect(await told.next()).toEqual(['sync', { ...event, time: 5 }]);
    expect(await told.next()).toEqual(['sync', { ...event, time: 6 }]);
  });
});
