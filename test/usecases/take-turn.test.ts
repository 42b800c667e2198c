import { describe, expect, test } from 'vitest';
import type { Reason } from '../../lib/domain/outcome.ts';
import type { Settings } from '../../lib/domain/settings.ts';
import { blockEverywhere, unblockEverywhere } from '../../lib/usecases/block-everywhere.ts';
import type { Caller } from '../../lib/usecases/deps.ts';
import { expireTokens } from '../../lib/usecases/expire-tokens.ts';
import { muteEverywhere } from '../../lib/usecases/mute-everywhere.ts';
import { askTurn, type Turn, type TurnRequest } from '../../lib/usecases/steps/take-turn.ts';
import { fresh } from '../store/rows.ts';
import { useStore } from '../support/emulators.ts';
import { servedValue } from '../support/outcome.ts';
import { createWorld, type World } from '../support/world.ts';
import { worldWith } from './changed-world.ts';

const store = useStore('dynoxide');

/** A connected user of the test's own. */
async function connected(
  change: Partial<Settings> = {},
  of = (settings: Partial<Settings>) => createWorld(store(), settings),
) {
  const world = of({ joinsPerMinute: 3, newRoomsPerMinute: 1, sendsPerSecond: 2, ...change });
  return { world, ann: await world.open(fresh('ann')) };
}

async function turn({ deps }: World, caller: Caller, request: TurnRequest = { action: 'join' }): Promise<Turn> {
  return servedValue(await askTurn(deps, caller, request));
}

const ask = ({ deps }: World, caller: Caller, request: TurnRequest = { action: 'join' }) =>
  askTurn(deps, caller, request);

const send = (key: string): TurnRequest => ({ action: 'send', key });

describe('a turn', () => {
  test('is taken once, however often `take` is called', async () => {
    const { world, ann } = await connected();
    const one = await turn(world, ann);
    for (let times = 0; times < 5; times += 1) expect(await one.take()).toBe('taken');
    for (let times = 0; times < 2; times += 1) expect(await (await turn(world, ann)).take()).toBe('taken');
    expect(await ask(world, ann)).toMatchObject({ reason: 'too-many-requests', detail: { retryAfterMs: 20_000 } });
    world.pass(20_000);
    expect(await (await turn(world, ann)).take()).toBe('taken');
  });

  test('counts for the user, over any of their connections', async () => {
    const { world, ann } = await connected();
    const other = await world.open(ann.userId);
    for (const caller of [ann, other, ann]) expect(await (await turn(world, caller)).take()).toBe('taken');
    for (const caller of [ann, other]) expect(await ask(world, caller)).toMatchObject({ reason: 'too-many-requests' });
    expect(await ask(world, ann, { action: 'leave' })).toHaveProperty('take');
  });

  test('is refused to one too many of those who ask at once', async () => {
    const { world, ann } = await connected();
    const asked = await Promise.all(Array.from({ length: 6 }, () => turn(world, ann)));
    const outcomes = await Promise.all(asked.map((one) => one.take()));
    expect(outcomes.filter((outcome) => outcome === 'taken')).toHaveLength(3);
    const refused = outcomes.filter((outcome) => outcome !== 'taken');
    for (const outcome of refused)
      expect(outcome).toMatchObject({ reason: 'too-many-requests', detail: { retryAfterMs: 20_000 } });
  });

  test('may include a second action, which has a limit of its own', async () => {
    const { world, ann } = await connected();
    expect(await (await turn(world, ann)).take({ action: 'newRoom' })).toBe('taken');
    const next = await turn(world, ann);
    expect(await next.take({ action: 'newRoom' })).toMatchObject({
      reason: 'too-many-requests',
      detail: { retryAfterMs: 60_000 },
    });
    expect(await next.take()).toBe('taken');
    world.pass(60_000);
    expect(await next.take({ action: 'newRoom' })).toBe('taken');
    expect((await world.deps.store.getAccess(ann.userId)).turns).toEqual({ newRoom: world.clock.nowMs + 60_000 });
  });

  test('without a limit costs no write', async () => {
    const { world, ann } = await connected({ joinsPerMinute: 0 });
    const before = await world.deps.store.getAccess(ann.userId);
    expect(await (await turn(world, ann)).take()).toBe('taken');
    expect(await world.deps.store.getAccess(ann.userId)).toEqual(before);
    expect(await (await turn(world, ann)).take({ action: 'newRoom' })).toBe('taken');
    expect(await (await turn(world, ann)).take({ action: 'newRoom' })).toMatchObject({ reason: 'too-many-requests' });
  });

  test('of a send is for one message, and has a limit per second', async () => {
    const { world, ann } = await connected();
    const marked = async () => (await world.deps.store.getAccess(ann.userId)).sends;
    for (const key of ['a', 'b']) expect(await (await turn(world, ann, send(key))).take()).toBe('taken');
    expect(new Set((await marked()).map(({ key }) => key))).toEqual(new Set(['a', 'b']));
    expect(await ask(world, ann, send('c'))).toMatchObject({
      reason: 'too-many-sends',
      detail: { retryAfterMs: 1000 },
    });
    world.pass(1000);
    const [one, same] = [await turn(world, ann, send('c')), await turn(world, ann, send('c'))];
    expect(await one.take()).toBe('taken');
    // Another attempt at the same message came first, so this one has to look it up.
    expect(await same.take()).toBe('again');
    world.pass(31_999);
    expect(await (await turn(world, ann, send('d'))).take()).toBe('taken');
    expect(await marked()).toEqual([
      { key: 'c', atMs: world.clock.nowMs - 31_999 },
      { key: 'd', atMs: world.clock.nowMs },
    ]);
  });

  test('of a repeated send counts as no message, and has a limit all the same', async () => {
    const { world, ann } = await connected({ repairsPerMinute: 3 });
    for (const key of ['a', 'b']) expect(await (await turn(world, ann, send(key))).take()).toBe('taken');
    const before = (await world.deps.store.getAccess(ann.userId)).sends;
    for (const key of ['a', 'b', 'a']) expect(await (await turn(world, ann, send(key))).take()).toBe('taken');
    expect((await world.deps.store.getAccess(ann.userId)).sends).toEqual(before);
    expect(await ask(world, ann, send('b'))).toMatchObject({
      reason: 'too-many-sends',
      detail: { retryAfterMs: 20_000 },
    });
  });
});

describe('a turn that was asked for earlier', () => {
  test('is not taken against a mute that it has not read', async () => {
    const { world, ann } = await connected();
    const one = await turn(world, ann);
    await muteEverywhere(world.deps, [ann.userId], world.clock.nowMs + 1000);
    expect(await one.take()).toBe('again');
    expect((await turn(world, ann)).access.mutedUntilMs).toBe(world.clock.nowMs + 1000);
  });

  test.each<[string, Reason, (world: World, ann: Caller) => Promise<unknown>]>([
    [
      'a block everywhere',
      'connection-closed',
      ({ deps, clock }, ann) => blockEverywhere(deps, [ann.userId], clock.nowMs + 1000),
    ],
    ['the end of the connection', 'connection-closed', (world, ann) => world.drop(ann)],
    [
      'a block everywhere, before it has force-closed',
      'blocked',
      ({ deps, clock }, ann) => deps.store.setAccess(ann.userId, { blockedUntilMs: clock.nowMs + 1000 }),
    ],
    [
      'a revocation of tokens, before it has force-closed',
      'token-expired',
      ({ deps, clock }, ann) => deps.store.expireTokens(ann.userId, clock.nowMs + 1),
    ],
  ])('is not taken against %s', async (_what, reason, act) => {
    const { world, ann } = await connected();
    const one = await turn(world, ann);
    await act(world, ann);
    // The end of the connection does not change the access; this write does, so that the turn finds the end.
    await world.deps.store.setAccess(ann.userId, { mutedUntilMs: 0 });
    expect(await one.take()).toMatchObject({ reason });
    expect(await ask(world, ann)).toMatchObject({ reason });
    expect((await world.deps.store.getAccess(ann.userId)).turns).toEqual({});
  });
});

describe('eventually consistent reads', () => {
  /** Each of these reads of a row returns what the first one has returned. */
  const seen = new Map<string, unknown>();
  /** From now on the next such read of a row is the one that all later ones repeat. */
  const freeze = () => seen.clear();
  const readsEventuallyOnce = (settings: Partial<Settings>) => {
    const once = async <T>(name: string, read: () => Promise<T>): Promise<T> => {
      if (!seen.has(name)) seen.set(name, await read());
      return seen.get(name) as T;
    };
    return worldWith(
      store(),
      (real) => ({
        getConnectionEventually: (key) => once(key.connectionId, () => real.getConnectionEventually(key)),
        getAccess: (user, read) =>
          read === 'eventual' ? once(user, () => real.getAccess(user, 'eventual')) : real.getAccess(user),
      }),
      settings,
    );
  };

  test('let nobody past a block that was lifted again, nor past a revoked token', async () => {
    for (const act of [
      async ({ deps, clock }: World, { userId }: Caller) => {
        await blockEverywhere(deps, [userId], clock.nowMs + 1000);
        await unblockEverywhere(deps, [userId]);
      },
      ({ deps, clock }: World, { userId }: Caller) => expireTokens(deps, userId, clock.nowMs + 1),
    ]) {
      const { world, ann } = await connected({}, readsEventuallyOnce);
      freeze();
      await turn(world, ann);
      await act(world, ann);
      expect(await (await turn(world, ann)).take()).toMatchObject({ reason: 'connection-closed' });
    }
  });

  test('refuse nobody for a restriction that was lifted', async () => {
    for (const limits of [{}, { joinsPerMinute: 0, attributeChangesPerMinute: 0 }]) {
      const { world, ann } = await connected(limits, readsEventuallyOnce);
      const { store: rows } = world.deps;
      const bob = await world.open(`${ann.userId}-b`);
      const cas = await world.open(`${ann.userId}-c`);
      await rows.setAccess(ann.userId, { blockedUntilMs: world.clock.nowMs + 1000 });
      await rows.setAccess(bob.userId, { mutedUntilMs: world.clock.nowMs + 1000 });
      await rows.setAccess(cas.userId, { deactivatedAtMs: world.clock.nowMs });
      freeze();
      for (const caller of [ann, bob, cas]) await ask(world, caller);
      await rows.setAccess(ann.userId, { blockedUntilMs: 0 });
      expect(await (await turn(world, ann)).take()).toBe('taken');
      await rows.setAccess(cas.userId, { deactivatedAtMs: 0 });
      expect(await (await turn(world, cas)).take()).toBe('taken');
      await rows.setAccess(bob.userId, { mutedUntilMs: 0 });
      const change = await turn(world, bob, { action: 'entries' });
      expect(change.access.mutedUntilMs).toBe(0);
      expect(await change.take()).toBe('taken');
    }
  });

  test('are done again, consistently, where there is nothing to write', async () => {
    const { world, ann } = await connected({ repairsPerMinute: 0 }, readsEventuallyOnce);
    const marked = {
      ...(await world.deps.store.getAccess(ann.userId)),
      sends: [{ key: 'a', atMs: world.clock.nowMs }],
    };
    await world.deps.store.takeTurn(ann.userId, marked);
    freeze();
    expect(await (await turn(world, ann, send('a'))).take()).toBe('taken');
    await blockEverywhere(world.deps, [ann.userId], world.clock.nowMs + 1000);
    expect(await (await turn(world, ann, send('a'))).take()).toMatchObject({ reason: 'connection-closed' });
  });

  test('let nobody take more than the limit', async () => {
    const { world, ann } = await connected({}, readsEventuallyOnce);
    for (let times = 0; times < 3; times += 1) expect(await (await turn(world, ann)).take()).toBe('taken');
    expect(await (await turn(world, ann)).take()).toMatchObject({ reason: 'too-many-requests' });
  });

  test('are done again, consistently, where the connection is not found yet', async () => {
    const { world, ann } = await connected({}, (settings) =>
      worldWith(store(), () => ({ getConnectionEventually: async () => undefined }), settings),
    );
    expect(await (await turn(world, ann)).take()).toBe('taken');
    expect(world.push.closed).toEqual([]);
  });

  test('close a socket that has no row any more', async () => {
    const { world, ann } = await connected();
    const ghost = world.device(ann.userId);
    expect(await ask(world, ghost)).toMatchObject({ reason: 'connection-closed' });
    expect(world.push.closed).toEqual([ghost.connectionId]);
  });
});
