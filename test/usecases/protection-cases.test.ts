import { beforeEach, describe, expect, test } from 'vitest';
import { BUCKET_MS, LEASE_MS } from '../../lib/domain/lease.ts';
import { addToAllowlist } from '../../lib/usecases/allowlist-users.ts';
import type { Caller, Deps } from '../../lib/usecases/deps.ts';
import { publishMessage } from '../../lib/usecases/publish-message.ts';
import { setRealTimeKickOut } from '../../lib/usecases/set-real-time-kick-out.ts';
import { sweepMember } from '../../lib/usecases/sweep/sweep-member.ts';
import { useStore } from '../support/emulators.ts';
import { createWorld, type World } from '../support/world.ts';
import { worldWith } from './changed-world.ts';
import { disturb } from './disturbed-store.ts';
import { emptyDueList, sweepUntil } from './due-list.ts';
import { beginJob, inEveryWay, playBoth, type Step, type Touches } from './every-order.ts';

const store = useStore('dynoxide');

const realTime = { realTimeKickOut: true } as const;

beforeEach(() => emptyDueList(store()));

/** The rows that a check, a message and the call share: the room's and the member's. */
const SHARED: Touches = {
  getRoom: () => ({ row: 'room', writes: false }),
  addToAllowlist: () => ({ row: 'room', writes: true }),
  setRealTimeKickOut: () => ({ row: 'room', writes: true }),
  acceptMessage: () => ({ row: 'room', writes: true }),
  getMember: () => ({ row: 'member', writes: false }),
  listMembers: () => ({ row: 'member', writes: false }),
  putMember: () => ({ row: 'member', writes: true }),
  deleteMember: () => ({ row: 'member', writes: true }),
};

type Work = (deps: Deps, bob: Caller) => Promise<unknown>;

interface Story {
  readonly world: World;
  readonly answer: unknown;
  /** Was the user in when the call was answered, and are they in at the end? */
  readonly isIn: readonly [boolean, boolean];
  /** The steps, in their order. */
  readonly done: readonly Step['name'][];
}

/** A call and other work at once, in every order of their steps; bob is offline and past the grace. */
async function inEveryOrder(
  change: Parameters<typeof createWorld>[1],
  [call, other]: readonly [(world: World) => Work, (world: World) => Work],
): Promise<readonly Story[]> {
  const stories: Story[] = [];
  await inEveryWay(async (choose) => {
    const world = createWorld(store(), change);
    const bob = await world.enter('bob');
    await world.drop(bob);
    world.pass(LEASE_MS);
    let [answer, wasIn]: [unknown, boolean] = [undefined, false];
    const answered = async (deps: Deps) => {
      answer = await call(world)(deps, bob);
      wasIn = await world.isIn('bob');
    };
    const jobs = [
      await beginJob(world.deps, SHARED, answered),
      await beginJob(world.deps, SHARED, (deps) => other(world)(deps, bob)),
    ] as const;
    const done: Step['name'][] = [];
    await playBoth(jobs, choose, (_which, step) => step && done.push(step.name));
    stories.push({ world, answer, isIn: [wasIn, await world.isIn('bob')], done });
  });
  return stories;
}

const allow = (world: World) => (deps: Deps, bob: Caller) => addToAllowlist(deps, world.room, [bob.userId]);
const check = (world: World) => (deps: Deps, bob: Caller) => sweepMember(deps, world.room, bob.userId);
const publish = (world: World) => (deps: Deps) =>
  publishMessage(deps, {
    ...{ room: world.room, fromUserId: 'system', type: 'RC:TxtMsg', content: '{}' },
    ...{ includeSender: true, rank: 'normal' as const, isKept: true },
  });

/** A user who is in at the answer stays, and one who is removed by then stays removed; both happen. */
function expectDecidedByThen(stories: readonly Story[]): void {
  for (const { isIn, done } of stories) expect(isIn, done.join()).toEqual([isIn[0], isIn[0]]);
  expect(new Set(stories.map(({ isIn }) => isIn[0]))).toEqual(new Set([true, false]));
}

describe('allowlisted by a call while past the grace', () => {
  test('in every order of the steps of the sweep: nobody is evicted after the answer', async () => {
    const stories = await inEveryOrder(realTime, [allow, check]);
    expect(stories.map(({ answer }) => answer)).toEqual(stories.map(() => 'added'));
    expectDecidedByThen(stories);
    expect(stories.length).toBeGreaterThan(5);
  });

  test('right before the eviction by the sweep of a connection: the user stays, and nobody is notified', async () => {
    const disturbed = disturb(store().store, 'deleteMember', 'before');
    const world = worldWith(store(), () => disturbed.store, realTime);
    const ann = await world.enter('ann');
    await world.drop(await world.enter('bob'));
    world.pass(LEASE_MS - 1);
    await world.frame(ann, { action: 'ping' });
    world.pass(BUCKET_MS + 1);
    disturbed.once(async () => expect(await world.protect('bob')).toBe('added'));
    expect(await world.sweep()).toMatchObject({ evicted: 0, failed: 0 });
    for (let run = 0; run < 5; run += 1) {
      world.pass(BUCKET_MS);
      expect(await world.sweep()).toMatchObject({ evicted: 0 });
    }
    expect(await world.isIn('bob')).toBe(true);
    await world.settle();
    expect(world.events.map(({ type, userIds }) => [type, userIds])).toEqual([
      [0, []],
      [1, ['ann']],
      [1, ['bob']],
    ]);
  });

  test('in every order of the steps of a message that evicts the user: the write of the room decides which came first', async () => {
    const stories = await inEveryOrder({}, [allow, publish]);
    expectDecidedByThen(stories);
    for (const { isIn, done } of stories) {
      expect(isIn[0], done.join()).toBe(done.indexOf('addToAllowlist') < done.indexOf('acceptMessage'));
    }
  });
});

test('I-M13: delisting does not bring back who was evicted before they were allowlisted, if two Lambdas died', async () => {
  const { store: healthy } = store();
  let isDead = false as boolean;
  const deleteMember: typeof healthy.deleteMember = (member) =>
    isDead ? Promise.reject(new Error('the Lambda has died')) : healthy.deleteMember(member);
  const world = worldWith(store(), () => ({ ...healthy, deleteMember }));
  const ann = await world.enter('ann');
  await world.drop(await world.enter('bob'));
  world.pass(30_001);
  isDead = true;
  await world.publish(1);
  expect(await world.protect('bob')).toBe('added');
  expect(await world.isIn('bob')).toBe(false);
  isDead = false;
  expect(await world.unprotect('bob')).toBe('removed');
  expect(await world.isIn('bob')).toBe(false);
  expect(await world.endsSeenBy(ann, 'bob')).toEqual(['offline']);
});

describe('the real-time service is switched for a room', () => {
  const switched = (on: boolean) => (world: World) => (deps: Deps) => setRealTimeKickOut(deps, world.room, on);

  test('off, in every order of the steps of the sweep: nobody is evicted after the answer', async () => {
    const stories = await inEveryOrder(realTime, [switched(false), check]);
    expectDecidedByThen(stories);
  });

  test('on, in every order of the steps of the sweep: a user who has been offline for long is evicted within 5 min', async () => {
    const sweepOf = (world: World) => async (deps: Deps, bob: Caller) => {
      const { nextAtMs, did } = await check(world)(deps, bob);
      if (nextAtMs !== undefined)
        await deps.store.arm(nextAtMs, [{ kind: 'member', room: world.room, userId: bob.userId }]);
      return did;
    };
    const stories = await inEveryOrder({}, [switched(true), sweepOf]);
    for (const { world } of stories) {
      expect(await sweepUntil(world, async () => !(await world.isIn('bob')))).toBeLessThanOrEqual(300_000);
    }
  });

  test('off while the eviction by a message is in progress: it is notified all the same', async () => {
    const disturbed = disturb(store().store, 'deleteMember', 'before');
    const world = worldWith(store(), () => disturbed.store, realTime);
    const ann = await world.enter('ann');
    await world.drop(await world.enter('bob'));
    disturbed.once(async () => expect(await setRealTimeKickOut(world.deps, world.room, false)).toBe('set'));
    await world.publish(31);
    expect(await world.isIn('bob')).toBe(false);
    await world.sweep();
    expect(await world.endsSeenBy(ann, 'bob')).toEqual(['offline']);
  });
});
