import { describe, expect, test } from 'vitest';
import { inParallel } from '../../lib/domain/in-parallel.ts';
import { emptyMember, joined } from '../../lib/domain/member.ts';
import type { InfoAnswer } from '../../lib/protocol/answers.ts';
import type { ConnectionId, UserId } from '../../lib/protocol/ids.ts';
import { StoreFault } from '../../lib/store/room-store.ts';
import type { Caller } from '../../lib/usecases/deps.ts';
import { useStore } from '../support/emulators.ts';
import { createWorld, type World } from '../support/world.ts';
import { worldWith } from './changed-world.ts';

const use = useStore('dynoxide');

const ask = (world: World, caller: Caller, memberCount = 20, order = 'ascending') =>
  world.frame<InfoAnswer>(caller, { action: 'info', room: world.room, memberCount, order });

/** Members who are there as if they had joined. */
async function fill(world: World, count: number): Promise<void> {
  const { epoch = '' } = (await world.deps.store.getRoom(world.room)) ?? {};
  const names = Array.from({ length: count }, (_, index) => `bob-${index}` as UserId);
  await inParallel(names, 32, async (name) => {
    const by = { connectionId: `c-${name}` as ConnectionId, device: 'phone' };
    await world.deps.store.putMember(joined(emptyMember(world.room, name, epoch), by, `m-${name}`, 0), 0);
  });
}

describe('I-M16, I-M17: a member asks who is in the room', () => {
  test('and gets the number, and the first or the last by the time they joined', async () => {
    const world = createWorld(use());
    const ann = await world.enter('ann');
    const annAtMs = world.clock.nowMs;
    world.pass(1000);
    await world.enter('zoe');
    await world.enter('bob');
    const room = await world.deps.store.getRoom(world.room);
    const listed = [
      { userId: 'ann', joinedAtMs: annAtMs },
      { userId: 'bob', joinedAtMs: annAtMs + 1000 },
      { userId: 'zoe', joinedAtMs: annAtMs + 1000 },
    ];
    const answer = { code: 0, room: world.room, roomEpoch: room?.epoch, total: 3 };
    expect(await ask(world, ann)).toEqual({ ...answer, members: listed });
    expect(await ask(world, ann, 2, 'descending')).toEqual({ ...answer, members: [...listed].reverse().slice(0, 2) });
    expect(await ask(world, ann, 0)).toEqual({ ...answer, members: [] });
  });

  test('without those who left, were blocked or were evicted, even if the row is still there', async () => {
    // Without the member list a message removes nobody's row.
    let isListing: boolean = true;
    const world = worldWith(use(), (real) => ({
      listMembers: (...range) =>
        isListing ? real.listMembers(...range) : Promise.reject(new StoreFault('unable to list')),
    }));
    const ann = await world.enter('ann');
    const [gone, left] = [await world.enter('gone'), await world.enter('left')];
    await world.enter('blocked');
    await world.enter('away');
    await world.leave(left);
    await world.block(world.clock.nowMs + 60_000, 'blocked');
    await world.drop(gone);
    isListing = false;
    await world.publish(31);
    isListing = true;
    expect(await world.deps.store.getMember(world.room, 'gone' as UserId)).toBeDefined();
    const { total, members } = (await ask(world, ann)) as InfoAnswer;
    expect({ total, ids: members.map(({ userId }) => userId) }).toEqual({ total: 2, ids: ['ann', 'away'] });
  });

  test('and one who is no member gets nothing', async () => {
    const world = createWorld(use());
    const ann = await world.enter('ann');
    expect(await ask(world, await world.open('eve'))).toMatchObject({ code: 23406 });
    await world.leave(ann);
    expect(await ask(world, ann)).toMatchObject({ code: 23406 });
    expect(
      await world.frame(ann, { action: 'info', room: 'nowhere', memberCount: 1, order: 'ascending' }),
    ).toMatchObject({
      code: 23410,
    });
  });

  test('in a room of 1,000 rows it is exact; in a larger one no more is read, and the answer says so', async () => {
    let reads = 0;
    const world = worldWith(use(), (real) => ({
      listMembers: (...range) => {
        reads += 1;
        return real.listMembers(...range);
      },
    }));
    const ann = await world.enter('ann');
    await fill(world, 999);
    const { total, members, more } = (await ask(world, ann, 3)) as InfoAnswer;
    expect({ total, more }).toEqual({ total: 1000, more: undefined });
    expect(members).toHaveLength(3);
    await world.enter('zoe');
    await world.enter('yan');
    reads = 0;
    expect(await ask(world, ann)).toMatchObject({ total: 1001, members: [], more: true });
    expect(reads).toBe(1);
  });
});
