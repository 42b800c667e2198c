import { afterAll, beforeAll, expect, it } from 'vitest';
import { Player } from '../../bin/scenario/player.ts';
import { type AheadDeployment, startAhead } from './ahead-deployment.ts';

let ahead: AheadDeployment;
const players: Player[] = [];

beforeAll(async () => {
  ahead = await startAhead({ realTimeKickOut: true, notifyMemberChanges: true });
});

afterAll(async () => {
  for (const player of players) await player.end();
  await ahead.stack.close();
});

async function enter(userId: string, room: string): Promise<Player> {
  const player = new Player({ server: ahead.stack.webSocketUrl, userId, token: await ahead.appServer.token(userId) });
  players.push(player);
  expect([await player.connect(), await player.join(room)]).toEqual([0, 0]);
  return player;
}

it('a member whose connection died silently is removed without any message, and no other member is', async () => {
  const alice = await enter('alice', 'silent');
  const bob = await enter('bob', 'silent');
  await ahead.sweep();
  bob.loseNetwork();
  ahead.pass(50_000);
  await ahead.sweep();
  expect(await ahead.appServer.isMember('silent', 'bob')).toBe(true);
  ahead.pass(50_000);
  // Any frame is a sign of life.
  expect((await alice.send('elsewhere', 'refused')).code).toBe(23410);
  ahead.pass(75_000);
  await ahead.sweep();
  expect(await ahead.appServer.isMember('silent', 'bob')).toBe(false);
  await alice.events.until('the end of bob', (event) => event.kind === 'left' && event.userId === 'bob');
  expect(await ahead.appServer.isMember('silent', 'alice')).toBe(true);
  // The client is notified of the reason and joins again.
  bob.regainNetwork();
  expect(await bob.events.until('the reason', ({ kind }) => kind === 'removed')).toMatchObject({ reason: 'offline' });
  await bob.events.until('the new membership', ({ kind }) => kind === 'rejoined');
  expect(await ahead.appServer.isMember('silent', 'bob')).toBe(true);
  expect(ahead.denials()).toEqual([]);
});

it('an idle room is destroyed and its members are notified', async () => {
  const carol = await enter('carol', 'idle');
  await ahead.appServer.call('/chatroom/create_new.json', { chatroomId: 'kept' });
  await ahead.appServer.call('/chatroom/keepalive/add.json', { chatroomId: 'kept' });
  for (let minutes = 0; minutes < 70; minutes += 1) {
    ahead.pass(60_000);
    expect((await carol.send('elsewhere', 'refused')).code).toBe(23410);
    await ahead.sweep();
  }
  await carol.events.until('the end of the room', (event) => event.kind === 'destroyed' && event.room === 'idle');
  const { chatRooms } = await ahead.appServer.call('/chatroom/query.json', { chatroomId: 'idle' });
  expect(chatRooms).toEqual([]);
  const { memberCount } = await ahead.appServer.call('/chatroom/get.json', { chatroomId: 'kept' });
  expect(memberCount).toBe(0);
});
