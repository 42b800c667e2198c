import { describe, expect, it } from 'vitest';
import { newRoom } from '../../lib/domain/room.ts';
import { DAY_MS } from '../../lib/domain/time.ts';
import type { UserId } from '../../lib/protocol/ids.ts';
import { StoreFault } from '../../lib/store/room-store.ts';
import { query } from './delivery-queries.ts';
import { createDeliveryStage } from './delivery-stage.ts';

/** Too much for the room's row. */
const LONG = JSON.stringify({ content: 'x'.repeat(2_000) });

describe('a message in a row of its own', () => {
  it('expires while the tail still names it, and the room goes on', async () => {
    const stage = createDeliveryStage();
    const { world } = stage;
    await world.enter('ann');
    await stage.publish({ content: LONG });
    world.pass(8 * DAY_MS);
    const bob = await world.enter('bob');
    expect(await query(world, bob, 'ascending')).toEqual([]);
    for (let sent = 0; sent < 14; sent += 1) {
      await stage.publish();
      await stage.runAll();
    }
    expect((await stage.room()).tail.length).toBeLessThan(12);
    expect(await query(world, bob, 'descending')).toEqual([15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2]);
    expect(stage.seqsOf(bob.connectionId)).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]);
  });

  it('is delivered by another Lambda where this one is unable to read it (I-D5)', async () => {
    const stage = createDeliveryStage();
    const ann = await stage.world.enter('ann');
    const failing = { ...stage.deps.store, readContents: () => Promise.reject(new StoreFault('no answer')) };
    await stage.publish({ content: LONG }, { store: failing });
    expect(stage.seqsOf(ann.connectionId)).toEqual([]);
    await stage.runAll();
    expect(stage.messagesOf(ann.connectionId)).toEqual([[1, LONG]]);
  });
});

describe('a room that nobody delivers in', () => {
  it('refuses messages before its row is full, and accepts them again once a delivery goes on', async () => {
    const stage = createDeliveryStage();
    const nowMs = stage.deps.now();
    const life = newRoom(stage.world.room, '', 'e1', nowMs, { destroyType: 'idle', destroyAfterMin: 60 });
    const tail = Array.from({ length: 1_000 }, (_, index) => ({ seq: index + 1, id: `m${index}`, sentAtMs: nowMs }));
    const lease = { id: 'dead', untilMs: nowMs + 5_000 };
    await stage.deps.store.createRoom({ ...life, seq: 1_000, tail, delivery: { ...life.delivery, lease } });
    await expect(stage.publish()).rejects.toThrow('flooded');
    expect(stage.jobs).toEqual([]);
    stage.world.pass(5_001);
    await expect(stage.publish()).rejects.toThrow('flooded');
    await stage.runAll();
    expect(await stage.publish()).toMatchObject({ seq: 1_001 });
  });
});

describe('a transient message', () => {
  it('stays in the tail until it is delivered, since the log drops its content', async () => {
    const stage = createDeliveryStage();
    const { world } = stage;
    const ann = await world.enter('ann');
    await stage.publish();
    await stage.publish();
    const [job] = stage.jobs.splice(0);
    // The run hands over right after its last pause, in which messages come.
    stage.duringPauses.push(
      () => {},
      async () => {
        for (let sent = 0; sent < 12; sent += 1) await stage.publish({ isKept: false, content: `t${sent}` });
      },
    );
    if (job !== undefined) await stage.run(job, {}, 10_000 + 300);
    await stage.runAll();
    expect(stage.messagesOf(ann.connectionId).slice(2)).toEqual(
      Array.from({ length: 12 }, (_, index) => [index + 3, `t${index}`]),
    );
  });
});

describe('the offline members that are allowlisted', () => {
  const users = Array.from({ length: 130 }, (_, index) => `u${String(index).padStart(3, '0')}`);

  it('do not keep the job that evicts from coming to an end, nor from those after them', async () => {
    const stage = createDeliveryStage({ maxAllowlistedUsers: 200, offlineMessageLimit: 3, multipleRooms: true });
    const { world, deps } = stage;
    // Reads take time, so a run that goes round in circles comes to its end.
    const listOffline: typeof deps.store.listOffline = (...args) => {
      world.pass(1_000);
      return deps.store.listOffline(...args);
    };
    const slow = { store: { ...deps.store, listOffline } };
    for (const user of users) await world.drop(await world.enter(user));
    const zoe = await world.enter('zoe');
    await world.protect(...users);
    await stage.publish();
    await stage.runAll(slow);
    await world.drop(zoe);
    for (let sent = 0; sent < 3; sent += 1) await stage.publish();
    await stage.runAll(slow);
    const row = await stage.deps.store.getMember(world.room, 'zoe' as UserId);
    expect(row?.membershipId).toBeUndefined();
    expect((await world.memberIds()).length).toBe(users.length);
  });
});

describe('members who went offline between the same two messages', () => {
  it('are evicted by time in the order in which they went', async () => {
    const stage = createDeliveryStage();
    const { world } = stage;
    await world.enter('ann');
    const [zoe, ...others] = await Promise.all(
      ['zoe', ...Array.from({ length: 30 }, (_, index) => `b${index}`)].map((user) => world.enter(user)),
    );
    // The second one waits for a Lambda, so nobody in this room is evicted in line.
    await stage.publish();
    await stage.publish();
    if (zoe !== undefined) await world.drop(zoe);
    world.pass(40_000);
    for (const other of others) await world.drop(other);
    await stage.publish();
    await stage.runAll();
    expect((await stage.deps.store.getMember(world.room, 'zoe' as UserId))?.membershipId).toBeUndefined();
    expect(await world.isIn('b29')).toBe(true);
  });
});
