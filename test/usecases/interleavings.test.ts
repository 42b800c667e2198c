import { expect, test } from 'vitest';
import type { RoomStore } from '../../lib/store/room-store.ts';
import { useStore } from '../support/emulators.ts';
import { createWorld } from '../support/world.ts';
import { disturb } from './disturbed-store.ts';

const use = useStore('dynoxide');

/** A world in which work runs once, right after a room is noted on the row of a connection. */
function worldWithPause() {
  const { store, once } = disturb(use().store, 'addConnectionRoom', 'after');
  return { world: createWorld({ ...use(), store }), once };
}

/** A world in which work runs right after one of the store's calls, counted from the start. */
function worldWithStop() {
  const { store, ...rest } = use();
  let [calls, stopAt, then] = [0, -1, async () => {}];
  const counted = Object.entries(store).map(([name, call]) => [
    name,
    async (...given: never[]) => {
      const outcome = await (call as (...given: never[]) => unknown)(...given);
      if (calls++ === stopAt) await then();
      return outcome;
    },
  ]);
  const world = createWorld({ ...rest, store: Object.fromEntries(counted) as RoomStore });
  const stop = (at: number, work: () => Promise<void>) => {
    [calls, stopAt, then] = [0, at, work];
  };
  return { world, stop, hasStopped: () => calls > stopAt };
}

test('I-B2: wherever in a send a block is acknowledged, the message is accepted before that or not at all', async () => {
  const { world, stop, hasStopped } = worldWithStop();
  await world.enter('ann');
  const codes = new Set<number>();
  for (let at = 0; ; at += 1) {
    const bob = await world.enter('bob');
    let seqAtAck = -1;
    stop(at, async () => {
      // The calls of the block itself are not counted.
      stop(-1, async () => {});
      expect(await world.block(world.clock.nowMs + 60_000, 'bob')).toBe('blocked');
      seqAtAck = (await world.deps.store.getRoom(world.room))?.seq ?? -1;
    });
    const { code } = await world.send(bob);
    if (seqAtAck === -1 && !hasStopped()) break;
    codes.add(code);
    expect([0, 23409]).toContain(code);
    expect((await world.deps.store.getRoom(world.room))?.seq).toBe(seqAtAck);
    await world.unblock('bob');
    world.pass(1000);
  }
  expect(codes).toEqual(new Set([0, 23409]));
});

test('case 9: a disconnect between the intent of a join and its member row leaves nobody online', async () => {
  const { world, once } = worldWithPause();
  await world.enter('ann');
  const bob = await world.open('bob');
  once(() => world.drop(bob));
  expect(await world.join(bob)).toMatchObject({ code: 30001 });
  expect((await world.deps.store.getMember(world.room, bob.userId))?.connections ?? []).toEqual([]);
});

test('case 40: a disconnect between the intent of a resume by a send and its member row leaves nobody online', async () => {
  const { world, once } = worldWithPause();
  await world.enter('ann');
  const device = { platform: 'mobile', instance: 'run_1' };
  await world.drop(await world.enter('bob', device));
  expect(await world.isOffline('bob')).toBe(true);
  const bob = await world.open('bob', device);
  once(() => world.drop(bob));
  expect(await world.send(bob)).toMatchObject({ code: 30001 });
  expect(await world.isOffline('bob')).toBe(true);
});

test('I-B2: a block between the two reads of a repeated attempt refuses the message', async () => {
  const { store, ...rest } = use();
  let attempts = 0;
  let row: Promise<unknown> | undefined;
  let block = async (): Promise<void> => undefined;
  const world = createWorld({
    ...rest,
    store: {
      ...store,
      // The first attempt finds a newer version of the send permissions, so its row is written and its message is not.
      acceptMessage: async (acceptance) => {
        attempts += 1;
        if (attempts === 1) await store.bumpSendPermissionVersion(acceptance.roomId, acceptance.epoch);
        return store.acceptMessage(acceptance);
      },
      getMember: (room, user) => {
        const reading = store.getMember(room, user);
        row = reading;
        return reading;
      },
      getRoom: async (room) => {
        if (attempts !== 1) return store.getRoom(room);
        attempts = 2;
        // A send that reads both rows at once gets the member's from before the block, and the room's from after it.
        row = undefined;
        await Promise.resolve();
        await row;
        await block();
        return store.getRoom(room);
      },
    },
  });
  await world.enter('ann');
  const bob = await world.enter('bob');
  let seqAtAck = -1;
  block = async () => {
    block = async () => undefined;
    expect(await world.block(world.clock.nowMs + 60_000, 'bob')).toBe('blocked');
    seqAtAck = (await store.getRoom(world.room))?.seq ?? -1;
  };
  expect(await world.send(bob)).toMatchObject({ code: 23409 });
  expect(seqAtAck).toBe(0);
  expect((await store.getRoom(world.room))?.seq).toBe(0);
});
