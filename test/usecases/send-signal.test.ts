import { expect, test } from 'vitest';
import { signalPosts } from '../../lib/domain/delivery.ts';
import { emptyMember } from '../../lib/domain/member.ts';
import type { Settings } from '../../lib/domain/settings.ts';
import type { UserId } from '../../lib/protocol/ids.ts';
import type { Caller } from '../../lib/usecases/deps.ts';
import { muteRoom } from '../../lib/usecases/mute-room.ts';
import { useStore } from '../support/emulators.ts';
import type { World } from '../support/world.ts';
import { framesOf } from './changed-world.ts';
import { createMeteredWorld } from './metered-world.ts';

const use = useStore('dynoxide');

const signal = (world: World, caller: Caller, data = '', type = 'typing') =>
  world.frame<{ readonly code: 0 }>(caller, { action: 'signal', room: world.room, type, data });

async function talk(settings: Partial<Settings> = {}) {
  const made = createMeteredWorld(use(), settings);
  const ann = await made.world.enter('ann');
  const bob = await made.world.enter('bob');
  return { ...made, ann, bob };
}

test('a signal reaches the others who are connected now, once, and nothing of it is kept', async () => {
  const { world, ann, bob } = await talk();
  const second = await world.enter('bob');
  const away = await world.enter('away');
  await world.drop(away);
  const before = await world.deps.store.getRoom(world.room);
  expect(await signal(world, ann, '{"x":1}', 'app:cursor')).toEqual({ code: 0 });
  const frame = {
    ...{ event: 'signal', room: world.room, roomEpoch: before?.epoch, userId: 'ann' },
    ...{ type: 'app:cursor', data: '{"x":1}', atMs: world.clock.nowMs },
  };
  expect(framesOf(world, bob, 'signal')).toEqual([frame]);
  expect(framesOf(world, second, 'signal')).toEqual([frame]);
  expect(framesOf(world, ann, 'signal')).toEqual([]);
  expect(framesOf(world, away, 'signal')).toEqual([]);
  expect(await world.deps.store.getRoom(world.room)).toEqual(before);
});

test('KICK-31ST, KICK-30S: it counts for no rule, evicts nobody and brings nobody back', async () => {
  const { world, ann, bob } = await talk();
  await world.drop(bob);
  for (let times = 0; times < 40; times += 1) expect(await signal(world, ann)).toEqual({ code: 0 });
  world.pass(40_000);
  await signal(world, ann);
  expect(await world.isIn('bob')).toBe(true);
  // A connection that is not on the member's row resumes nothing.
  const other = await world.open('bob');
  expect(await signal(world, other)).toMatchObject({ code: 23406 });
  expect(await world.isOffline('bob')).toBe(true);
});

test('who is no member, muted, or not in the room over this connection is refused, and nothing is written', async () => {
  const { world, costOf, ann, bob } = await talk({ signalsPerSecond: 2 });
  const eve = await world.open('eve');
  const other = await world.open('bob', { platform: 'web' });
  const refused = async (caller: Caller, code: number) => {
    const { answer, writes } = await costOf(() => signal(world, caller));
    expect(answer).toMatchObject({ code });
    expect(writes).toBe(0);
  };
  await refused(eve, 23406);
  await refused(other, 23406);
  await muteRoom(world.deps, world.room);
  await refused(ann, 23408);
  expect(framesOf(world, bob, 'signal')).toEqual([]);
});

test('a user has two a second, and a refusal says when', async () => {
  const { world, costOf, ann } = await talk({ signalsPerSecond: 2 });
  world.pass(10_000);
  for (let times = 0; times < 2; times += 1) expect(await signal(world, ann)).toEqual({ code: 0 });
  const { answer, writes, readUnits } = await costOf(() => signal(world, ann));
  expect(answer).toMatchObject({ code: 20604, retryAfterMs: 500 });
  expect({ writes, readUnits }).toEqual({ writes: 0, readUnits: 1 });
  world.pass(500);
  expect(await signal(world, ann)).toEqual({ code: 0 });
  expect(await signal(world, ann)).toMatchObject({ code: 20604 });
});

test('it costs two writes in a small room, and its posts', async () => {
  const { world, costOf, ann } = await talk({ signalsPerSecond: 2 });
  world.pass(10_000);
  await world.beat(ann);
  const { writes, readUnits } = await costOf(() => signal(world, ann));
  expect({ writes, readUnits }).toEqual({ writes: 2, readUnits: 4 });
});

test('in a room with 128 rows or more there are none', async () => {
  const { world, costOf, ann, bob } = await talk({ signalsPerSecond: 2 });
  const { epoch = '' } = (await world.deps.store.getRoom(world.room)) ?? {};
  for (let row = 0; row < 125; row += 1) {
    await world.deps.store.putMember({ ...emptyMember(world.room, `m${row}` as UserId, epoch), muteExempt: true }, 0);
  }
  world.pass(10_000);
  expect(await signal(world, ann)).toEqual({ code: 0 });
  await world.deps.store.putMember({ ...emptyMember(world.room, 'one-more' as UserId, epoch), muteExempt: true }, 0);
  const { answer, writes } = await costOf(() => signal(world, ann));
  expect(answer).toMatchObject({ code: 20607 });
  expect(answer).not.toHaveProperty('retryAfterMs');
  expect(writes).toBe(0);
  expect(framesOf(world, bob, 'signal')).toHaveLength(1);
});

test('all signals together have a tenth of the posts of a second, and none if messages need more', async () => {
  expect(signalPosts(8_000)).toBe(800);
  const { world, ann, bob } = await talk({ postsPerSecond: 20, signalsPerSecond: 2 });
  world.clock.nowMs = Math.ceil(world.clock.nowMs / 1_000) * 1_000 + 10_250;
  expect(await signal(world, ann)).toEqual({ code: 0 });
  expect(await signal(world, bob)).toEqual({ code: 0 });
  expect(await signal(world, ann)).toMatchObject({ code: 20604, retryAfterMs: 750 });
  world.pass(750);
  expect(await world.deps.store.takePosts(world.clock.nowMs, 3, 16)).toBe(true);
  expect(await signal(world, ann)).toMatchObject({ code: 20604 });
});
