import { afterAll, beforeAll, expect, it } from 'vitest';
import { AppServer } from '../../bin/scenario/app-server.ts';
import { Player } from '../../bin/scenario/player.ts';
import { type LocalDeployment, startLocal } from '../../bin/start-local.ts';

/** The deployment's clock runs ahead of ours by this much. */
let aheadMs = 0;
let stack: LocalDeployment;
let appServer: AppServer;
const players: Player[] = [];
const log: string[] = [];

beforeAll(async () => {
  stack = await startLocal({
    port: 0,
    settings: { realTimeKickOut: true, notifyMemberChanges: true },
    schedules: 'manual',
    now: () => Date.now() + aheadMs,
    // Every `$disconnect` is lost.
    disconnectDelivery: async () => undefined,
    log: (line) => log.push(line),
    step: () => undefined,
  });
  appServer = new AppServer(stack);
}, 60_000);

afterAll(async () => {
  for (const player of players) await player.end();
  await stack.close();
});

async function enter(userId: string, room: string): Promise<Player> {
  const player = new Player({ server: stack.webSocketUrl, userId, token: await appServer.token(userId) });
  players.push(player);
  expect([await player.connect(), await player.join(room)]).toEqual([0, 0]);
  return player;
}

const sweep = () => stack.fireSchedules(Date.now() + aheadMs);

it('puts out who is gone without a word, and nobody else, without any message', async () => {
  const alice = await enter('alice', 'silent');
  const bob = await enter('bob', 'silent');
  await sweep();
  bob.cut();
  aheadMs += 50_000;
  await sweep();
  expect(await appServer.isMember('silent', 'bob')).toBe(true);
  aheadMs += 50_000;
  // A sign of life.
  expect((await alice.send('elsewhere', 'refused')).code).toBe(23410);
  aheadMs += 75_000;
  await sweep();
  expect(await appServer.isMember('silent', 'bob')).toBe(false);
  await alice.told.until('the end of bob', (told) => told.kind === 'left' && told.userId === 'bob');
  expect(await appServer.isMember('silent', 'alice')).toBe(true);
  // He is told why, and joins afresh by himself.
  bob.restore();
  expect(await bob.told.until('why', ({ kind }) => kind === 'removed')).toMatchObject({ reason: 'offline' });
  await bob.told.until('his new membership', ({ kind }) => kind === 'rejoined');
  expect(await appServer.isMember('silent', 'bob')).toBe(true);
  expect(log.filter((line) => /AccessDenied|not authorized/i.test(line))).toEqual([]);
});

it('destroys a room that nobody uses, and tells who is in it', async () => {
  const carol = await enter('carol', 'idle');
  await appServer.call('/chatroom/create_new.json', { chatroomId: 'kept' });
  await appServer.call('/chatroom/keepalive/add.json', { chatroomId: 'kept' });
  for (let minutes = 0; minutes < 70; minutes += 1) {
    aheadMs += 60_000;
    expect((await carol.send('elsewhere', 'refused')).code).toBe(23410);
    await sweep();
  }
  await carol.told.until('the end of the room', (told) => told.kind === 'destroyed' && told.room === 'idle');
  const { chatRooms } = await appServer.call('/chatroom/query.json', { chatroomId: 'idle' });
  expect(chatRooms).toEqual([]);
  const { memberCount } = await appServer.call('/chatroom/get.json', { chatroomId: 'kept' });
  expect(memberCount).toBe(0);
});
