import { describe, expect, test } from 'vitest';
import type { Settings } from '../../lib/domain/settings.ts';
import { type Connection, StoreFault } from '../../lib/store/room-store.ts';
import { blockEverywhere, unblockEverywhere } from '../../lib/usecases/block-everywhere.ts';
import type { Caller } from '../../lib/usecases/deps.ts';
import { expireTokens } from '../../lib/usecases/expire-tokens.ts';
import { fresh } from '../store/rows.ts';
import { useStore } from '../support/emulators.ts';
import type { World } from '../support/world.ts';
import { framesOf, worldWith } from './changed-world.ts';
import { createMeteredWorld } from './metered-world.ts';

const store = useStore('dynoxide');
const minuteMs = 60_000;

const ownName = () => fresh('bob');
const mobile = (instance: string) => ({ platform: 'mobile', instance });

type ForceClose = readonly [how: string, code: number, forceClose: (world: World, bob: Caller) => Promise<unknown>];

const forceCloses: readonly ForceClose[] = [
  [
    'of a user who was blocked and unblocked again',
    31011,
    async ({ deps, clock }, { userId }) => {
      await blockEverywhere(deps, [userId], clock.nowMs + minuteMs);
      await unblockEverywhere(deps, [userId]);
    },
  ],
  ['of a token that was revoked', 31020, ({ deps, clock }, { userId }) => expireTokens(deps, userId, clock.nowMs)],
  ['replaced by a later login', 31010, (world, { userId }) => world.open(userId, mobile('later_1'))],
  [
    'one over the limit',
    31010,
    async (world, { userId }) => {
      await world.open(userId, { platform: 'web', instance: 'web_1' });
      await world.open(userId, { platform: 'desktop', instance: 'desktop_1' });
    },
  ],
];

const withLimits: Partial<Settings> = {
  ...{
    joinsPerMinute: 60,
    newRoomsPerMinute: 60,
    leavesPerMinute: 60,
    historyReadsPerMinute: 60,
    repairsPerMinute: 60,
  },
  ...{ attributeChangesPerMinute: 60, recallsPerMinute: 60, pingsPerMinute: 60, connectsPerMinute: 60 },
};
const settings = { oneDevicePerPlatform: true, maxConnectionsPerUser: 2, multipleRooms: true } as const;

/** Every frame that gets an answer. */
const framesIn = ({ room }: World, messageId: string): readonly object[] => [
  { action: 'join', room, messageCount: 10, autoCreate: true },
  { action: 'join', room: `${room}-new`, messageCount: -1, autoCreate: true },
  { action: 'leave', room },
  { action: 'send', room, clientMessageId: 'late', type: 'RC:TxtMsg', content: '{}' },
  { action: 'history', room, timestampMs: 0, order: 'descending', count: 10 },
  { action: 'repair', room, afterSeq: 0, beforeSeq: 0 },
  { action: 'recall', room, messageId },
  { action: 'setEntries', room, entries: { late: 'v' }, autoDelete: false, overwrite: true },
  { action: 'removeEntries', room, keys: ['kept'], force: true },
  { action: 'getEntries', room, afterKey: '' },
  { action: 'ping' },
];

/** Bob joins, sends a message, sets an entry and is force-closed; the socket's own `$disconnect` never arrives. */
async function forceClosedBy(world: World, forceClose: ForceClose[2]) {
  const bob = await world.open(ownName(), mobile('first_1'));
  expect(await world.join(bob)).toMatchObject({ code: 0 });
  const sent = await world.send(bob);
  await world.frame(bob, {
    ...{ action: 'setEntries', room: world.room, entries: { kept: 'v' } },
    ...{ autoDelete: false, overwrite: true },
  });
  world.pass(1000);
  await forceClose(world, bob);
  return { bob, frames: framesIn(world, 'messageId' in sent ? sent.messageId : '') };
}

/** Everything in the room that frames could change. */
async function stateOf({ deps, room }: World, { userId, connectionId }: Caller) {
  const live = await deps.store.getRoom(room);
  return {
    live,
    index: await deps.store.getEntryIndex(room, live?.epoch ?? ''),
    member: await deps.store.getMember(room, userId),
    connection: await deps.store.getConnection({ userId, connectionId }),
    access: await deps.store.getAccess(userId),
    other: await deps.store.getRoom(`${room}-new` as typeof room),
  };
}

describe.each(forceCloses)('a force-closed connection, %s', (_how, code, forceClose) => {
  test.each([
    ['with', withLimits],
    ['without', {}],
  ])('is notified, and nothing that it sends afterwards has an effect, %s limits', async (_with, limits) => {
    const { world, costOf } = createMeteredWorld(store(), { ...settings, ...limits });
    const { bob, frames } = await forceClosedBy(world, forceClose);
    expect(framesOf(world, bob, 'closing')).toMatchObject([{ code }]);
    expect((await world.deps.store.getMember(world.room, bob.userId))?.connections).toEqual([]);
    const before = await stateOf(world, bob);
    for (const frame of frames) {
      world.push.closed.length = 0;
      const { answer, writes } = await costOf(() => world.frame(bob, frame));
      expect(answer).toMatchObject({ code: 30001 });
      expect(writes).toBe(0);
      expect(world.push.closed).toEqual([bob.connectionId]);
    }
    await world.beat(bob);
    expect(await stateOf(world, bob)).toEqual(before);
  });

  test('has no effect either where an eventually consistent read still shows it open', async () => {
    const seen = new Map<string, Connection>();
    const world = worldWith(
      store(),
      (real) => ({
        getConnectionEventually: async (key) => {
          const now = await real.getConnectionEventually(key);
          const first = seen.get(key.connectionId) ?? now;
          if (first !== undefined) seen.set(key.connectionId, first);
          return first;
        },
      }),
      { ...settings, ...withLimits },
    );
    const { bob, frames } = await forceClosedBy(world, forceClose);
    expect(seen.get(bob.connectionId)?.closedAtMs).toBeUndefined();
    const before = await stateOf(world, bob);
    for (const frame of frames) expect(await world.frame(bob, frame)).toMatchObject({ code: 30001 });
    await world.beat(bob);
    expect(await stateOf(world, bob)).toEqual(before);
  });

  test('has no effect when its row is gone', async () => {
    const { world } = createMeteredWorld(store(), { ...settings, ...withLimits });
    const { bob, frames } = await forceClosedBy(world, forceClose);
    await world.deps.store.removeConnection(bob);
    const before = await stateOf(world, bob);
    expect(before.connection).toBeUndefined();
    for (const frame of frames) expect(await world.frame(bob, frame)).toMatchObject({ code: 30001 });
    world.push.closed.length = 0;
    await world.beat(bob);
    expect(world.push.closed).toEqual([bob.connectionId]);
    expect(await stateOf(world, bob)).toEqual(before);
  });
});

test('rows are closed before anyone is notified: a Lambda that dies in between has still force-closed the connection', async () => {
  const { world } = createMeteredWorld(store(), settings);
  const bob = await world.open(ownName(), mobile('first_1'));
  await world.join(bob);
  world.push.post = () => Promise.reject(new Error('this Lambda is dead'));
  await expect(blockEverywhere(world.deps, [bob.userId], world.clock.nowMs + 1)).rejects.toThrow('dead');
  world.pass(1);
  for (const frame of framesIn(world, '1-a')) {
    if ('action' in frame && frame.action !== 'send')
      expect(await world.frame(bob, frame)).toMatchObject({ code: 30001 });
  }
});

test('a login is not accepted while the former one cannot be closed', async () => {
  let faults = 1;
  const world = worldWith(
    store(),
    (real) => ({
      closeConnection: (...values) => {
        faults -= 1;
        return faults < 0 ? real.closeConnection(...values) : Promise.reject(new StoreFault('unable to write'));
      },
    }),
    settings,
  );
  const name = ownName();
  const former = await world.open(name, mobile('first_1'));
  world.pass(1000);
  await expect(world.open(name, mobile('later_1'))).rejects.toThrow(StoreFault);
  const next = await world.open(name, mobile('later_1'));
  expect(framesOf(world, former, 'closing')).toMatchObject([{ code: 31010 }, { code: 31010 }]);
  expect(await world.frame(former, { action: 'ping' })).toMatchObject({ code: 30001 });
  expect(await world.frame(next, { action: 'ping' })).toMatchObject({ code: 0 });
});
