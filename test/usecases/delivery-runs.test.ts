import { describe, expect, it } from 'vitest';
import { LONG_LEASE_MS } from '../../lib/domain/delivery.ts';
import type { ConnectionId, UserId } from '../../lib/protocol/ids.ts';
import { type ListedConnection, StoreFault } from '../../lib/store/room-store.ts';
import { blockUsers } from '../../lib/usecases/block-users.ts';
import { recallMessage } from '../../lib/usecases/recall-message.ts';
import { destroyRoom } from '../../lib/usecases/steps/destroy-room.ts';
import { RoomDelivery } from '../../lib/usecases/steps/room-delivery.ts';
import { query } from './delivery-queries.ts';
import { createDeliveryStage, type DeliveryStage } from './delivery-stage.ts';

const LONG = 'x'.repeat(2_000);
const never = () => new Promise<never>(() => {});

/** A delivery whose window waits: the first message was delivered in line, the second one is not. */
async function waiting(stage: DeliveryStage) {
  await stage.publish();
  await stage.publish();
  const [job] = stage.jobs.splice(0);
  if (job?.kind !== 'deliver') throw new Error('unable to begin; no delivery waits');
  return job;
}

describe('a run that delivers', () => {
  it('takes the messages of a window together, ends after three quiet polls, and looks for late members', async () => {
    const stage = createDeliveryStage();
    const ann = await stage.world.enter('ann');
    const job = await waiting(stage);
    stage.duringPauses.push(() => stage.publish());
    await stage.run(job);
    const frames = stage.world.push.framesOf(ann.connectionId).filter(({ event }) => event === 'messages');
    expect([frames.length, stage.seqsOf(ann.connectionId)]).toEqual([2, [1, 2, 3]]);
    expect(stage.pauses).toEqual([240, 80, 80, 80, 2_500]);
    expect((await stage.room()).delivery).toMatchObject({ deliveredSeq: 3 });
    expect((await stage.room()).delivery.lease).toBeUndefined();
  });

  it('is one of several for its job: the others do nothing', async () => {
    const stage = createDeliveryStage();
    const ann = await stage.world.enter('ann');
    const job = await waiting(stage);
    stage.duringPauses.push(() => stage.run(job));
    await stage.run(job);
    await stage.run(job);
    expect(stage.seqsOf(ann.connectionId)).toEqual([1, 2]);
  });

  it('posts nothing in a room that is destroyed during the window', async () => {
    const stage = createDeliveryStage();
    const ann = await stage.world.enter('ann');
    const job = await waiting(stage);
    stage.duringPauses.push(() => destroyRoom(stage.deps, stage.world.room, false));
    await stage.run(job);
    expect(stage.seqsOf(ann.connectionId)).toEqual([1]);
  });

  it('posts nothing to one who is blocked during the window (I-B3)', async () => {
    const stage = createDeliveryStage();
    const ann = await stage.world.enter('ann');
    const bob = await stage.world.enter('bob');
    const job = await waiting(stage);
    const untilMs = stage.world.clock.nowMs + 60_000;
    stage.duringPauses.push(() => blockUsers(stage.deps, stage.world.room, ['ann' as UserId], untilMs));
    await stage.run(job);
    expect([ann, bob].map(({ connectionId }) => stage.seqsOf(connectionId))).toEqual([[1], [1, 2]]);
  });

  it('delivers the recalled form of what is recalled during the window', async () => {
    const stage = createDeliveryStage();
    const ann = await stage.world.enter('ann');
    const job = await waiting(stage);
    const messageId = (await stage.room()).tail.at(-1)?.message?.messageId ?? '';
    const recall = { room: stage.world.room, messageId, byUserId: 'ann', extra: '', isAdmin: true, isDelete: false };
    stage.duringPauses.push(() => recallMessage(stage.deps, recall));
    await stage.run(job);
    const last = stage.world.push.framesOf(ann.connectionId).findLast(({ event }) => event === 'messages');
    expect(last).toMatchObject({ messages: [{ seq: 2, recalled: true }] });
  });

  it('starts one run that evicts in five seconds, and one at its end, however many windows leave members to evict', async () => {
    const stage = createDeliveryStage();
    await stage.world.enter('ann');
    const job = await waiting(stage);
    const listOffline = async () => ({ members: [], next: 'more' });
    const [windows, startMs] = [30, stage.deps.now()];
    // Of two pauses one polls, and one waits for the rest of the window.
    stage.duringPauses.push(...Array.from({ length: 2 * windows }, () => () => stage.publish()));
    await stage.run(job, { store: { ...stage.deps.store, listOffline } });
    expect(stage.deps.now() - startMs).toBeGreaterThan(windows * 240);
    expect(stage.jobs.filter(({ kind }) => kind === 'evict')).toHaveLength(3);
  });

  it('starts the run that evicts again where it could not be started', async () => {
    const stage = createDeliveryStage();
    await stage.world.enter('ann');
    const job = await waiting(stage);
    const listOffline = async () => ({ members: [], next: 'more' });
    stage.duringPauses.push(
      () => stage.answerRings('failed'),
      () => stage.publish(),
      () => stage.answerRings('rung'),
      () => {},
    );
    await stage.run(job, { store: { ...stage.deps.store, listOffline } });
    expect(stage.jobs.filter(({ kind }) => kind === 'evict')).toHaveLength(1);
  });

  it('stores and posts nothing while distribution is stopped', async () => {
    const stage = createDeliveryStage();
    const ann = await stage.world.enter('ann');
    const job = await waiting(stage);
    const { roomId, epoch } = await stage.room();
    stage.duringPauses.push(() => stage.deps.store.setDistributionStopped(roomId, epoch, true));
    await stage.run(job);
    expect(stage.seqsOf(ann.connectionId)).toEqual([1]);
    expect((await stage.room()).delivery).toMatchObject({ deliveredSeq: 2 });
  });

  it('hands over before its time is over, and the next run goes on', async () => {
    const stage = createDeliveryStage();
    const ann = await stage.world.enter('ann');
    const job = await waiting(stage);
    await stage.run(job, {}, 10_000);
    expect(stage.seqsOf(ann.connectionId)).toEqual([1]);
    const [next] = stage.jobs;
    expect(next).toMatchObject({ kind: 'deliver', leaseId: (await stage.room()).delivery.lease?.id });
    await stage.runAll();
    expect(stage.seqsOf(ann.connectionId)).toEqual([1, 2]);
  });

  it('begins no round that would take longer than its time', async () => {
    const stage = createDeliveryStage({ postsPerSecond: 1 });
    const { world } = stage;
    const all = await Promise.all(Array.from({ length: 15 }, (_, index) => world.enter(`u${index}`)));
    const job = await waiting(stage);
    await stage.run(job, {}, 10_000 + 20_000);
    // The window took 15 s, and so does a round: one post a second.
    expect(all.flatMap(({ connectionId }) => stage.seqsOf(connectionId)).filter((seq) => seq > 1)).toEqual([]);
    expect(stage.jobs).toHaveLength(1);
    await stage.runAll();
    for (const { connectionId } of all) expect(stage.seqsOf(connectionId).filter((seq) => seq > 1)).toEqual([2]);
  });

  it('hands over in the middle of a round where other rooms use the budget', async () => {
    const stage = createDeliveryStage({ postsPerSecond: 1 });
    const { world, deps } = stage;
    const ann = await world.enter('ann');
    const job = await waiting(stage);
    const untilMs = world.clock.nowMs + 30_000;
    const store = { ...deps.store, takePosts: async () => false };
    await stage.run(job, { store }, 30_000);
    expect(world.clock.nowMs).toBeLessThan(untilMs);
    expect((await stage.room()).delivery).toMatchObject({ deliveredSeq: 1, lease: { id: expect.any(String) } });
    await stage.runAll();
    expect(stage.seqsOf(ann.connectionId)).toEqual([1, 2]);
  });

  it('renews its lease while a long window waits, and keeps to the window', async () => {
    const stage = createDeliveryStage({ postsPerSecond: 1 });
    const { world } = stage;
    const users = Array.from({ length: 15 }, (_, index) => `u${index}`);
    const [first] = await Promise.all(users.map((user) => world.enter(user)));
    const job = await waiting(stage);
    const beganMs = world.clock.nowMs;
    let longestMs = 0;
    const sleep = async (pauseMs: number) => {
      await stage.deps.sleep(pauseMs);
      longestMs = Math.max(longestMs, pauseMs);
      const { lease } = (await stage.room()).delivery;
      if (lease !== undefined) expect(lease.untilMs).toBeGreaterThan(world.clock.nowMs);
    };
    let postedMs = 0;
    const post: typeof world.push.post = (id, frame) => {
      postedMs = world.clock.nowMs;
      return world.push.post(id, frame);
    };
    await stage.run(job, { sleep, push: { post, close: async () => {} } });
    expect(postedMs - beganMs).toBeGreaterThanOrEqual(15_000);
    expect(longestMs).toBeLessThan(LONG_LEASE_MS);
    expect(stage.seqsOf(first?.connectionId ?? '')).toEqual([1, 2]);
  });

  it('reaches who joined before a message and was listed after it', async () => {
    const stage = createDeliveryStage();
    const { world, deps } = stage;
    await world.enter('ann');
    const bob = await world.enter('bob');
    const job = await waiting(stage);
    let lists = 0;
    const listConnected: typeof deps.store.listConnected = async (...args) => {
      const page = await deps.store.listConnected(...args);
      lists += 1;
      // Each list takes two pages.
      if (lists > 2) return page;
      return { ...page, connections: page.connections.filter(({ connectionId }) => connectionId !== bob.connectionId) };
    };
    await stage.run(job, { store: { ...deps.store, listConnected } });
    expect(stage.seqsOf(bob.connectionId)).toEqual([1, 2]);
  });

  it('ends a round in which its lease is lost: the new holder delivers all', async () => {
    const stage = createDeliveryStage();
    const { world, deps } = stage;
    await world.enter('ann');
    const { roomId, epoch, delivery } = await stage.publish().then(() => stage.publish().then(() => stage.room()));
    const lease = { id: 'run', untilMs: world.clock.nowMs + LONG_LEASE_MS };
    const room = await deps.store.takeOverDelivery(roomId, epoch, delivery.lease?.id ?? '', lease);
    const connections = Array.from(
      { length: 1_500 },
      (_, index): ListedConnection => ({
        userId: `u${index}` as UserId,
        connectionId: `c${index}` as ConnectionId,
        device: 'd',
      }),
    );
    let posts = 0;
    const push = {
      post: async () => {
        posts += 1;
        if (posts === 1_000) {
          world.pass(1_000);
          await deps.store.takeOverDelivery(roomId, epoch, 'run', { ...lease, id: 'another' });
        }
        return 'ok' as const;
      },
      close: async () => {},
    };
    const pages = [{ connections }, { connections: [] }];
    const listConnected = async () => pages.shift() ?? { connections };
    if (room === undefined) throw new Error('unable to begin; the lease is not free');
    const run = new RoomDelivery({ ...deps, push, store: { ...deps.store, listConnected } }, room, {
      ...{ leaseId: 'run', isCrowded: false, stopMs: Number.POSITIVE_INFINITY },
    });
    expect(await run.step()).toBe('ended');
    expect([posts, (await stage.room()).delivery.deliveredSeq]).toEqual([1_000, 1]);
  });
});

describe('where a message is, for a reader who read the room earlier', () => {
  it('is in its row before the room names it', async () => {
    const { world, deps, publish, room } = createDeliveryStage();
    await world.enter('ann');
    await publish();
    const putContent = () => Promise.reject(new StoreFault('no answer'));
    await expect(publish({ content: LONG }, { store: { ...deps.store, putContent } })).rejects.toThrow();
    expect((await room()).seq).toBe(1);
    let accepts = 0;
    const acceptMessage: typeof deps.store.acceptMessage = (one) => {
      accepts += 1;
      return deps.store.acceptMessage(one);
    };
    void publish({ content: LONG }, { store: { ...deps.store, acceptMessage, putContent: never } });
    await publish();
    expect(accepts).toBe(0);
  });

  it.each(['appendLog', 'noteSent'] as const)('stays on the room until %s has succeeded', async (name) => {
    const stage = createDeliveryStage();
    const { deps, world } = stage;
    const bob = await world.enter('bob');
    const store = { ...deps.store, [name]: () => Promise.reject(new StoreFault('no answer')) };
    for (let sent = 0; sent < 13; sent += 1) {
      await stage.publish({}, { store });
      stage.jobs.splice(0);
      world.pass(300);
    }
    expect((await stage.room()).tail).toHaveLength(13);
    expect(await query(world, bob, 'ascending')).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]);
  });

  it('is removed from a long tail until that is short again', async () => {
    const stage = createDeliveryStage();
    await stage.world.enter('ann');
    const job = await waiting(stage);
    for (let sent = 0; sent < 148; sent += 1) await stage.publish();
    await stage.run(job, {}, 10_000);
    expect((await stage.room()).tail.length).toBe(0);
  });
});
