import { describe, expect, it } from 'vitest';
import type { UserId } from '../../lib/protocol/ids.ts';
import type { PostResult } from '../../lib/push/push.ts';
import { StoreFault } from '../../lib/store/room-store.ts';
import type { Caller, Deps } from '../../lib/usecases/deps.ts';
import { evictDue } from '../../lib/usecases/steps/evict-due.ts';
import { watchDeliveries } from '../../lib/usecases/watch-deliveries.ts';
import { createDeliveryStage, type DeliveryStage } from './delivery-stage.ts';

/** Posts to this connection fail, as long as the stage says so. */
function failingPosts({ world }: DeliveryStage, to: () => Caller | undefined): Pick<Deps, 'push'> {
  const post: Deps['push']['post'] = async (id, frame): Promise<PostResult> =>
    id === to()?.connectionId ? 'failed' : world.push.post(id, frame);
  return { push: { post, close: (id) => world.push.close(id) } };
}

describe('a post that fails', () => {
  it('is repeated by a job, and again until it succeeds', async () => {
    const stage = createDeliveryStage();
    const ann = await stage.world.enter('ann');
    let broken: Caller | undefined = ann;
    const failing = failingPosts(stage, () => broken);
    await stage.publish({}, failing);
    const [job] = stage.jobs.splice(0);
    stage.duringPauses.push(
      () => {},
      () => {
        broken = undefined;
      },
    );
    if (job !== undefined) await stage.run(job, failing);
    expect([job?.kind, stage.pauses]).toEqual(['repost', [500, 1_500]]);
    expect(stage.seqsOf(ann.connectionId)).toEqual([1]);
  });

  it.each(['leaves', 'is blocked', 'is in the room after that'] as const)(
    'is repeated only to one who is there: the member %s',
    async (what) => {
      const stage = createDeliveryStage();
      const { world } = stage;
      const ann = await world.enter('ann');
      await stage.publish(
        {},
        failingPosts(stage, () => ann),
      );
      if (what === 'leaves') await world.leave(ann);
      if (what === 'is blocked') await world.block(world.clock.nowMs + 60_000, 'ann');
      await stage.runAll();
      expect(stage.seqsOf(ann.connectionId)).toEqual(what === 'is in the room after that' ? [1] : []);
    },
  );
});

describe('the watch', () => {
  /** The delivery of a message whose Lambda has died right after the acceptance. */
  const abandoned = async () => {
    const stage = createDeliveryStage();
    const ann = await stage.world.enter('ann');
    const listMembers = () => Promise.reject(new StoreFault('dead'));
    await stage.publish({}, { store: { ...stage.deps.store, listMembers } });
    const { roomId: room, epoch, delivery } = await stage.room();
    const { id = '', untilMs = 0 } = delivery.lease ?? {};
    return { stage, ann, left: { room, epoch, leaseId: id, untilMs } };
  };

  it('has a delivery continued once its lease has lapsed', async () => {
    const { stage, ann, left } = await abandoned();
    await watchDeliveries(stage.deps, [left]);
    expect([stage.pauses, stage.jobs.map(({ kind }) => kind)]).toEqual([[5_001], ['deliver']]);
    await stage.runAll();
    expect(stage.seqsOf(ann.connectionId)).toEqual([1]);
  });

  it('leaves a lease alone that was renewed, ended, or is of another room of this id', async () => {
    const { stage, left } = await abandoned();
    const [{ deps }, { leaseId }] = [stage, left];
    const next = { id: leaseId, untilMs: left.untilMs + 9_000 };
    await deps.store.takeOverDelivery(left.room, left.epoch, leaseId, next);
    for (const other of [left, { ...left, epoch: 'another' }, { ...left, leaseId: 'former' }]) {
      await watchDeliveries(deps, [other]);
    }
    expect(stage.jobs).toEqual([]);
    stage.world.pass(9_000);
    await watchDeliveries(deps, [{ ...left, untilMs: next.untilMs }]);
    await stage.runAll();
    await watchDeliveries(deps, [{ ...left, untilMs: next.untilMs }]);
    expect(stage.jobs).toEqual([]);
  });

  it('fails, so that its records come again, while a clock says the lease holds, and where no Lambda starts', async () => {
    const { stage, left } = await abandoned();
    const { deps } = stage;
    const behind = { ...deps, sleep: async () => {} };
    await expect(watchDeliveries(behind, [left])).rejects.toThrow('its lease has not lapsed');
    stage.answerRings('failed');
    await expect(watchDeliveries(deps, [left])).rejects.toThrow('no Lambda could be started');
  });

  it('is not the only one: the next message has an abandoned delivery continued', async () => {
    const { stage } = await abandoned();
    await stage.publish();
    expect(stage.jobs).toEqual([]);
    stage.world.pass(5_001);
    await stage.publish();
    expect(stage.jobs.map(({ kind }) => kind)).toEqual(['deliver']);
  });

  it('is not the only one: so has the repeat of a send', async () => {
    const stage = createDeliveryStage();
    const { world } = stage;
    const bob = await world.enter('bob');
    await world.send(bob, 'm');
    world.pass(1_000);
    const listMembers = () => Promise.reject(new StoreFault('dead'));
    await stage.publish({}, { store: { ...stage.deps.store, listMembers } });
    world.pass(5_001);
    expect(stage.seqsOf(bob.connectionId)).toEqual([]);
    await world.send(bob, 'm');
    expect(stage.seqsOf(bob.connectionId)).toEqual([2]);
  });
});

describe('the eviction by messages', () => {
  it('decides by the rows: who has returned since the index showed them stays', async () => {
    const stage = createDeliveryStage({ offlineMessageLimit: 1 });
    const { world, deps } = stage;
    const ann = await world.enter('ann');
    await world.enter('bob');
    const before = await stage.room();
    await world.drop(ann);
    const listed = await deps.store.listOffline({ roomId: world.room, epoch: before.epoch }, '');
    const again = await world.open('ann');
    await world.join(again);
    await stage.publish();
    const store = { ...deps.store, listOffline: async () => ({ members: listed.members }) };
    expect(await evictDue({ ...deps, store }, await stage.room(), '')).toBeUndefined();
    expect(await world.isIn('ann')).toBe(true);
  });

  it('reads no further than the first who stays, and hands on where its time is over', async () => {
    const stage = createDeliveryStage({ offlineMessageLimit: 3, multipleRooms: true });
    const { world, deps } = stage;
    const users = Array.from({ length: 110 }, (_, index) => `u${String(index).padStart(3, '0')}`);
    await world.enter('ann');
    // Two waiting messages: from here on nobody is evicted in line.
    await stage.publish();
    await stage.publish();
    for (const user of users) await world.drop(await world.enter(user));
    for (let sent = 0; sent < 3; sent += 1) await stage.publish();
    stage.jobs.splice(0);
    const { roomId: room, epoch } = await stage.room();
    const job = { kind: 'evict', room, epoch, cursor: '' } as const;
    await stage.run(job, {}, 10_000);
    expect(stage.jobs).toEqual([job]);
    const cursor = await evictDue(deps, await stage.room(), '');
    expect(cursor).toContain('u082');
    await stage.run({ ...job, cursor: cursor ?? '' });
    const rows = await deps.store.getMembers(room, users as UserId[]);
    expect(rows.filter(({ membershipId }) => membershipId !== undefined)).toEqual([]);
  });
});
