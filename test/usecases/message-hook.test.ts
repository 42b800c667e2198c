import { describe, expect, test } from 'vitest';
import type { Settings } from '../../lib/domain/settings.ts';
import type { HookQuestion, HookVerdict } from '../../lib/protocol/message-hook.ts';
import { blockEverywhere } from '../../lib/usecases/block-everywhere.ts';
import type { Caller } from '../../lib/usecases/deps.ts';
import { destroyRoom } from '../../lib/usecases/destroy-room.ts';
import { expireTokens } from '../../lib/usecases/expire-tokens.ts';
import { muteRoom } from '../../lib/usecases/mute-room.ts';
import { setSlowMode } from '../../lib/usecases/slow-mode.ts';
import { fresh } from '../store/rows.ts';
import { useStore } from '../support/emulators.ts';
import { createWorld, type World } from '../support/world.ts';
import { createInterlude } from './changed-world.ts';

const use = useStore('dynoxide');

const ACCEPTED: HookVerdict = { kind: 'accepted' };
const REFUSED: HookVerdict = { kind: 'refused', note: 'no links here' };
const FAILED: HookVerdict = { kind: 'failed', why: 'no answer in 2000 ms' };
const REFUSED_BY_HOOK = 29_901;

/** A world with a hook that answers as the test wants, and during whose wait the test plays its interlude. */
function hooked(settings: Partial<Settings> = {}) {
  const world = createWorld(use(), settings);
  const hook = { verdict: ACCEPTED, asked: [] as HookQuestion[], meanwhile: createInterlude() };
  const ask = async (question: HookQuestion): Promise<HookVerdict> => {
    hook.asked.push(question);
    await hook.meanwhile.play();
    return hook.verdict;
  };
  Object.assign(world.deps, { messageHook: { ask } });
  return { world, hook };
}

/** A member of the test's own, and one who stays. */
async function withAnn(settings: Partial<Settings> = {}) {
  const { world, hook } = hooked(settings);
  await world.enter('witness');
  const name = fresh('ann');
  return { world, hook, name, ann: await world.enter(name, { platform: 'web', instance: `${name}_1` }) };
}

const seqOf = async ({ deps, room }: World): Promise<number | undefined> => (await deps.store.getRoom(room))?.seq;

const write = (world: World, caller: Caller, clientMessageId: string, content: string) =>
  world.frame<{ readonly code: number }>(caller, {
    ...{ action: 'send', room: world.room, clientMessageId, type: 'RC:TxtMsg', content },
  });

describe('I-D13: the hook', () => {
  test('gets who sends what to which room, and an id that is the same for the same question only', async () => {
    const { world, hook, name, ann } = await withAnn();
    const content = '{"content":"hi","extra":"{\\"mood\\":1}"}';
    expect(await write(world, ann, 'm1', content)).toMatchObject({ code: 0, seq: 1 });
    expect(hook.asked).toEqual([
      {
        id: expect.stringMatching(/^[\w-]{22}$/),
        ...{ room: world.room, userId: name, sender: undefined, platform: 'web' },
        ...{ clientMessageId: 'm1', type: 'RC:TxtMsg', content, atMs: world.clock.nowMs },
      },
    ]);
    hook.verdict = REFUSED;
    const same = ['a', 'b', 'b'];
    for (const text of same) await write(world, ann, 'm2', text === 'a' ? '{}' : '{"content":"b"}');
    const [, one, two, three] = hook.asked.map(({ id }) => id);
    expect([one === two, two === three]).toEqual([false, true]);
  });

  test.each(['{}', JSON.stringify({ content: 'x'.repeat(1_500) })])(
    'refuses: nothing of the room is written, nobody is evicted, and the sender learns why',
    async (content) => {
      const { world, hook, ann } = await withAnn({ offlineMessageLimit: 1 });
      const bob = await world.enter(fresh('bob'));
      await world.drop(bob);
      hook.verdict = REFUSED;
      const before = await world.deps.store.getRoom(world.room);
      const message = 'unable to send the message; the app has refused it';
      expect(await write(world, ann, 'm1', content)).toEqual({ code: REFUSED_BY_HOOK, message, note: 'no links here' });
      expect(await world.deps.store.getRoom(world.room)).toEqual(before);
      expect(await world.isIn(bob.userId)).toBe(true);
      hook.verdict = ACCEPTED;
      expect(await write(world, ann, 'm1', content)).toMatchObject({ code: 0, seq: 1 });
      expect(await world.isIn(bob.userId)).toBe(false);
    },
  );

  test('is not asked about a message that was accepted, whatever it would say and whatever has become of the sender', async () => {
    const { world, hook, ann } = await withAnn();
    const sent = await world.send(ann, 'same');
    hook.verdict = REFUSED;
    expect(await world.send(ann, 'same')).toEqual(sent);
    await world.leave(ann);
    world.pass(60_000);
    expect(await world.send(ann, 'same')).toEqual(sent);
    expect(hook.asked).toHaveLength(1);
  });

  test('is asked once while an attempt is in progress', async () => {
    const { world, hook, ann } = await withAnn();
    const again: unknown[] = [];
    hook.meanwhile.plan(async () => again.push(await world.send(ann, 'same')));
    expect(await world.send(ann, 'same')).toMatchObject({ code: 0, seq: 1 });
    expect(again).toMatchObject([{ code: -1, retryAfterMs: 32_000 }]);
    expect(hook.asked).toHaveLength(1);
  });

  test('is not asked by the server API', async () => {
    const { world, hook } = await withAnn();
    await world.publish(1);
    expect(hook.asked).toEqual([]);
  });

  const cheap: Readonly<Record<string, [number, (of: Awaited<ReturnType<typeof withAnn>>) => Promise<unknown>]>> = {
    'a user who is no member': [23_406, async ({ world, ann }) => world.leave(ann)],
    'a user who is blocked': [23_409, async ({ world, name }) => world.block(world.clock.nowMs + 60_000, name)],
    'a muted room': [23_408, async ({ world }) => muteRoom(world.deps, world.room)],
    'a room that is no more': [23_410, async ({ world }) => destroyRoom(world.deps, world.room, false)],
    'a flooded room': [20_604, async ({ world }) => world.publish(1)],
    'a user who is too fast': [20_604, async ({ world, ann }) => world.send(ann)],
    'a closed connection': [30_001, async ({ world, ann }) => world.drop(ann)],
  };
  test.each(Object.entries(cheap))('is not asked for %s', async (what, [code, happen]) => {
    const isFlooded = what === 'a flooded room';
    const of = await withAnn({ sendsPerSecond: 1, roomMessageQuota: isFlooded ? 1 : 0 });
    await happen(of);
    of.hook.asked.length = 0;
    expect(await of.world.send(of.ann)).toMatchObject({ code });
    expect(of.hook.asked).toEqual([]);
  });

  test('is not asked for content that is too long', async () => {
    const { world, hook, ann } = await withAnn();
    expect(await write(world, ann, 'm1', 'x'.repeat(32_000))).toMatchObject({ code: 30_016 });
    expect(hook.asked).toEqual([]);
  });
});

describe('I-D13: while the hook is asked', () => {
  const changes: Readonly<Record<string, [number, (of: Awaited<ReturnType<typeof withAnn>>) => Promise<unknown>]>> = {
    'the sender leaves': [23_406, async ({ world, ann }) => world.leave(ann)],
    'I-B1, I-B2: the sender is blocked': [
      23_409,
      async ({ world, name }) => world.block(world.clock.nowMs + 60_000, name),
    ],
    'the room is muted': [23_408, async ({ world }) => muteRoom(world.deps, world.room)],
    'I-R1: the room is destroyed': [23_410, async ({ world }) => destroyRoom(world.deps, world.room, false)],
    'I-R1: the room is destroyed and created again': [
      23_406,
      async ({ world }) => {
        await destroyRoom(world.deps, world.room, false);
        await world.enter('witness');
      },
    ],
    'the sender is blocked everywhere, which closes the connection': [
      30_001,
      async ({ world, ann }) => blockEverywhere(world.deps, [ann.userId], world.clock.nowMs + 60_000),
    ],
    "the sender's tokens are revoked, which closes the connection": [
      30_001,
      async ({ world, ann }) => expireTokens(world.deps, ann.userId, world.clock.nowMs + 1),
    ],
    'the connection ends': [30_001, async ({ world, ann }) => world.drop(ann)],
    'I-M13: the sender goes offline and is evicted': [
      30_001,
      async ({ world, ann }) => {
        await world.drop(ann);
        await world.publish(31);
      },
    ],
  };
  test.each(Object.entries(changes))('%s: the message is refused', async (_what, [code, happen]) => {
    const of = await withAnn();
    let before: number | undefined;
    of.hook.meanwhile.plan(async () => {
      await happen(of);
      before = await seqOf(of.world);
    });
    expect(await of.world.send(of.ann, 'm1')).toMatchObject({ code });
    expect(of.hook.asked).toHaveLength(1);
    expect(await seqOf(of.world)).toBe(before);
  });

  test('I-D12: the room enters slow mode: the message is noted, so that the next one waits', async () => {
    const { world, hook, ann } = await withAnn();
    hook.meanwhile.plan(async () => setSlowMode(world.deps, world.room, 60));
    expect(await world.send(ann, 'm1')).toMatchObject({ code: 0 });
    world.pass(1000);
    expect(await world.send(ann, 'm2')).toMatchObject({ code: 20_690, retryAfterMs: 59_000 });
  });

  test('I-D12: the interval of slow mode grows: the message before decides, by the new one', async () => {
    const { world, hook, ann } = await withAnn();
    await setSlowMode(world.deps, world.room, 5);
    expect(await world.send(ann, 'm1')).toMatchObject({ code: 0 });
    world.pass(6000);
    hook.meanwhile.plan(async () => setSlowMode(world.deps, world.room, 3600));
    expect(await world.send(ann, 'm2')).toMatchObject({ code: 20_690, retryAfterMs: 3_594_000 });
  });

  test('I-D12: what the hook refuses leaves the message before it the last one', async () => {
    const { world, hook, ann } = await withAnn();
    await setSlowMode(world.deps, world.room, 10);
    expect(await world.send(ann, 'm1')).toMatchObject({ code: 0 });
    const { slowSends } = await world.deps.store.getAccess(ann.userId);
    world.pass(10_000);
    hook.verdict = REFUSED;
    expect(await world.send(ann, 'm2')).toMatchObject({ code: REFUSED_BY_HOOK });
    expect(slowSends).toHaveLength(1);
    expect((await world.deps.store.getAccess(ann.userId)).slowSends).toEqual(slowSends);
  });

  test('the sender is deleted: their row is not written again, and expires', async () => {
    const { world, hook, ann } = await withAnn();
    hook.meanwhile.plan(async () => {
      await blockEverywhere(world.deps, [ann.userId], world.clock.nowMs + 60_000);
      const access = await world.deps.store.getAccess(ann.userId);
      await world.deps.store.takeTurn(ann.userId, { ...access, sends: [], slowSends: [] });
    });
    const taken: unknown[] = [];
    const { takeTurn } = world.deps.store;
    Object.assign(world.deps.store, {
      takeTurn: (...values: Parameters<typeof takeTurn>) => {
        taken.push(values);
        return takeTurn(...values);
      },
    });
    expect(await world.send(ann, 'm1')).toMatchObject({ code: 30_001 });
    // Its mark, and what the interlude writes.
    expect(taken).toHaveLength(2);
    Object.assign(world.deps.store, { takeTurn });
  });

  test('the sender leaves and joins again: the message is one of the new membership', async () => {
    const { world, hook, ann } = await withAnn();
    hook.meanwhile.plan(async () => {
      await world.leave(ann);
      await world.join(ann);
    });
    expect(await world.send(ann)).toMatchObject({ code: 0, seq: 1 });
  });

  test('others send: the message comes after theirs, with the time of its acceptance', async () => {
    const { world, hook, ann } = await withAnn();
    hook.meanwhile.plan(async () => {
      await world.publish(3);
      world.pass(2_000);
    });
    expect(await world.send(ann)).toMatchObject({ code: 0, seq: 4, sentAtMs: world.clock.nowMs });
    expect(hook.asked).toHaveLength(1);
  });

  test('the room is flooded: the message is refused, and a later attempt asks again', async () => {
    const { world, hook, ann } = await withAnn({ roomMessageQuota: 1 });
    hook.meanwhile.plan(() => world.publish(1));
    expect(await world.send(ann, 'm1')).toMatchObject({ code: 20_604, retryAfterMs: 200 });
    world.pass(200);
    expect(await world.send(ann, 'm1')).toMatchObject({ code: 0 });
    expect(new Set(hook.asked.map(({ id }) => id)).size).toBe(1);
    expect(hook.asked).toHaveLength(2);
  });

  test('the limit of repairs is used up: it is none of a message that waits', async () => {
    const { world, hook, ann } = await withAnn({ repairsPerMinute: 1 });
    hook.meanwhile.plan(() => world.frame(ann, { action: 'repair', room: world.room, afterSeq: 0, beforeSeq: 0 }));
    expect(await world.send(ann)).toMatchObject({ code: 0 });
  });

  test('I-M13: a lost membership is resumed by the message only where the hook accepts it', async () => {
    const { world, hook, name, ann } = await withAnn();
    await world.drop(ann);
    const again = await world.open(name, { platform: 'web', instance: `${name}_1` });
    hook.verdict = REFUSED;
    expect(await world.send(again, 'm1')).toMatchObject({ code: REFUSED_BY_HOOK });
    expect(await world.isOffline(name)).toBe(true);
    hook.verdict = ACCEPTED;
    expect(await world.send(again, 'm1')).toMatchObject({ code: 0 });
    expect(await world.isOffline(name)).toBe(false);
  });
});

describe('I-D13: a hook that fails', () => {
  test('lets the message pass by default', async () => {
    const { world, hook, ann } = await withAnn();
    hook.verdict = FAILED;
    expect(await world.send(ann)).toMatchObject({ code: 0, seq: 1 });
    expect(world.faults).toEqual([new Error('no answer in 2000 ms')]);
  });

  test('refuses it where the setting says so, and a later attempt asks again', async () => {
    const { world, hook, ann } = await withAnn({ acceptIfHookFails: false });
    hook.verdict = FAILED;
    const message = 'unable to send the message; the app, which has a say in it, did not answer';
    expect(await world.send(ann, 'm1')).toEqual({ code: REFUSED_BY_HOOK, message });
    expect(await seqOf(world)).toBe(0);
    hook.verdict = ACCEPTED;
    expect(await world.send(ann, 'm1')).toMatchObject({ code: 0, seq: 1 });
  });
});

test('what the hook refuses counts as sent for the rate of the user, the same message too', async () => {
  const { world, hook, ann } = await withAnn({ sendsPerSecond: 2 });
  hook.verdict = REFUSED;
  expect(await world.send(ann, 'm1')).toMatchObject({ code: REFUSED_BY_HOOK });
  world.pass(1);
  expect(await world.send(ann, 'm1')).toMatchObject({ code: REFUSED_BY_HOOK });
  expect(await world.send(ann, 'm1')).toMatchObject({ code: 20_604, retryAfterMs: 999 });
  expect(hook.asked).toHaveLength(2);
  world.pass(999);
  expect(await world.send(ann, 'm2')).toMatchObject({ code: REFUSED_BY_HOOK });
});
