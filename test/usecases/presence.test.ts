import { describe, expect, test } from 'vitest';
import { LEASE_MS } from '../../lib/domain/lease.ts';
import type { Settings } from '../../lib/domain/settings.ts';
import type { UserId } from '../../lib/protocol/ids.ts';
import type { RoomStore, Timer } from '../../lib/store/room-store.ts';
import { closeConnection } from '../../lib/usecases/close-connection.ts';
import { deactivateUsers } from '../../lib/usecases/deactivate-users.ts';
import type { Caller } from '../../lib/usecases/deps.ts';
import { eraseUsers } from '../../lib/usecases/erase-users.ts';
import { openConnection } from '../../lib/usecases/open-connection.ts';
import { SETTLED_MS } from '../../lib/usecases/steps/disconnect-from-rooms.ts';
import { sweepConnection } from '../../lib/usecases/sweep/sweep-connection.ts';
import { sweepPresence } from '../../lib/usecases/sweep/sweep-presence.ts';
import { createMemoryStore } from '../simulation/memory-store.ts';
import { createWorld } from '../support/world.ts';
import { disturb } from './disturbed-store.ts';
import { emptyDueList } from './due-list.ts';

const DELAY_MS = 10_000;
const BUCKET_MS = 5_000;
const CLIENT = { platform: 'mobile', loginId: 'run_1' } as const;

function watch(change: Partial<Settings> = {}) {
  const memory = createMemoryStore();
  const world = createWorld(memory, { presenceDelayMs: DELAY_MS, ...change });
  const ann = `ann-of-${world.room}` as UserId;
  const startMs = world.clock.nowMs;
  /** What the webhook got: each state with its time since the start. */
  const announced = async () => {
    await world.settle();
    return world.events
      .filter(({ type }) => type === 100)
      .map(({ status, time }) => [status === 0 ? 'online' : 'offline', time - startMs]);
  };
  /** Lets time pass; the sweep runs at its end. */
  const pass = async (ms: number) => {
    world.pass(ms);
    await world.sweep();
  };
  /** `alive`: a connection with signs of life. */
  const sweepFor = async (ms: number, alive?: Caller) => {
    for (let passedMs = 0; passedMs < ms; passedMs += BUCKET_MS) {
      if (alive !== undefined && passedMs % 50_000 === 0) await world.beat(alive);
      await pass(BUCKET_MS);
    }
  };
  const depsWith = (store: RoomStore) => ({ ...world.deps, store });
  const openWith = (store: RoomStore, caller: Caller) =>
    openConnection(depsWith(store), caller, CLIENT, { issuedAtMs: world.clock.nowMs });
  const close = (caller: Caller, store = world.deps.store) => closeConnection(depsWith(store), caller, Infinity);
  return { ...world, memory, ann, startMs, announced, sweepAfter: pass, sweepFor, depsWith, openWith, close };
}

/** The store, and the checks of users that were armed in it. */
function recordArmed(store: RoomStore) {
  const armed: Timer[] = [];
  const arm: RoomStore['arm'] = async (atMs, timers) => {
    armed.push(...timers.filter(({ kind }) => kind === 'presence'));
    await store.arm(atMs, timers);
  };
  return { store: { ...store, arm }, armed };
}

const failing = (store: RoomStore): RoomStore => ({
  ...store,
  arm: async (atMs, timers) => {
    if (timers.some(({ kind }) => kind === 'presence')) throw new Error('the table does not answer');
    await store.arm(atMs, timers);
  },
});

describe('the webhook gets', () => {
  test('I-P1: one event when a user is online for the delay, and one when they are offline for it', async () => {
    const { ann, startMs, memory, open, drop, announced, sweepAfter, sweepFor, events } = watch();
    const row = () => [...memory.rows()].find(({ sk }) => sk === 'PRESENCE');
    const caller = await open(ann);
    await sweepAfter(DELAY_MS - 1);
    expect(await announced()).toEqual([]);
    await sweepAfter(1);
    expect(await announced()).toEqual([['online', 0]]);
    expect(events).toEqual([
      { eventId: `${ann}-${startMs}-online`, chatRoomId: '', userIds: [ann], status: 0, type: 100, time: startMs },
    ]);
    expect(row()).not.toHaveProperty('expiresAtSec');
    await sweepFor(60_000);
    await drop(caller);
    await sweepAfter(DELAY_MS - 1);
    expect(await announced()).toHaveLength(1);
    await sweepAfter(1);
    const offline = ['offline', 60_000 + DELAY_MS];
    expect(await announced()).toEqual([['online', 0], offline]);
    expect(events[1]).toMatchObject({ eventId: `${ann}-${startMs + 60_000 + DELAY_MS}-offline`, status: 1, type: 100 });
    expect(row()).toHaveProperty('expiresAtSec');
    await sweepFor(600_000);
    expect(await announced()).toEqual([['online', 0], offline]);
  });

  test('I-P2: nothing of a user who is back before the delay is over', async () => {
    const { ann, open, drop, announced, sweepAfter, sweepFor } = watch();
    let caller = await open(ann);
    await sweepAfter(DELAY_MS);
    for (let flap = 0; flap < 3; flap += 1) {
      await drop(caller);
      await sweepAfter(DELAY_MS - 1);
      caller = await open(ann);
      await sweepAfter(1);
    }
    await sweepFor(120_000);
    expect(await announced()).toEqual([['online', 0]]);
  });

  test('I-P2: nothing of a user who is gone again before the delay is over', async () => {
    const { ann, open, drop, announced, sweepAfter, sweepFor } = watch();
    const caller = await open(ann);
    await sweepAfter(DELAY_MS - 1);
    await drop(caller);
    await sweepFor(400_000);
    expect(await announced()).toEqual([]);
  });

  test('I-P1: one event for all devices: the first to come, the last to go', async () => {
    const { ann, open, drop, announced, sweepAfter } = watch();
    const first = await open(ann);
    await sweepAfter(5_000);
    const second = await open(ann);
    await sweepAfter(20_000);
    await drop(first);
    await sweepAfter(20_000);
    expect(await announced()).toEqual([['online', 0]]);
    await drop(second);
    await sweepAfter(DELAY_MS);
    expect(await announced()).toEqual([
      ['online', 0],
      ['offline', 45_000],
    ]);
  });

  test('I-P3: that a user is online whose connections follow each other, each shorter than a long delay', async () => {
    const { ann, open, drop, announced, sweepFor } = watch({ presenceDelayMs: 600_000 });
    let caller = await open(ann);
    for (let passedMs = 0; passedMs < 500_000; passedMs += 100_000) {
      await sweepFor(100_000);
      const next = await open(ann);
      await drop(caller);
      caller = next;
    }
    expect(await announced()).toEqual([]);
    await sweepFor(100_000);
    expect(await announced()).toEqual([['online', 0]]);
  });

  test('I-P2: nothing of a long absence that is shorter than a longer delay', async () => {
    const { ann, open, drop, announced, sweepFor } = watch({ presenceDelayMs: 600_000 });
    const first = await open(ann);
    await sweepFor(100_000);
    const second = await open(ann);
    await drop(first);
    await sweepFor(500_000, second);
    expect(await announced()).toEqual([['online', 0]]);
    await drop(second);
    await sweepFor(595_000);
    await sweepFor(900_000, await open(ann));
    expect(await announced()).toEqual([['online', 0]]);
  });

  test('I-P3: that a user is offline whose lease has ended, since its end', async () => {
    const { ann, open, announced, sweepAfter } = watch();
    await open(ann);
    await sweepAfter(DELAY_MS);
    await sweepAfter(LEASE_MS - DELAY_MS);
    expect(await announced()).toHaveLength(1);
    await sweepAfter(DELAY_MS + BUCKET_MS);
    expect(await announced()).toEqual([
      ['online', 0],
      ['offline', LEASE_MS],
    ]);
  });

  test('nothing of a lease that is over, as long as a frame may renew it', async () => {
    const { ann, deps, open, announced, sweepAfter, pass } = watch();
    await open(ann);
    await sweepAfter(DELAY_MS);
    pass(LEASE_MS + DELAY_MS);
    expect(await sweepPresence(deps, ann)).toEqual({});
    expect(await announced()).toEqual([['online', 0]]);
  });

  test('I-P3: what a Lambda did not arm that died after it had closed the connection', async () => {
    const { ann, deps, open, announced, sweepAfter, sweepFor } = watch();
    const caller = await open(ann);
    await sweepAfter(DELAY_MS);
    await deps.store.closeConnection(caller, deps.now());
    await sweepFor(300_000);
    expect(await announced()).toEqual([
      ['online', 0],
      ['offline', DELAY_MS],
    ]);
  });

  test('I-P3: that a user is offline where arming the check failed, and the rest of the disconnect is done', async () => {
    const { ann, deps, enter, close, faults, isOffline, announced, sweepAfter, sweepFor } = watch();
    const caller = await enter(ann);
    await sweepAfter(DELAY_MS);
    await close(caller, failing(deps.store));
    expect(faults).toHaveLength(1);
    expect(await isOffline(ann)).toBe(true);
    await sweepFor(300_000);
    expect(await announced()).toEqual([
      ['online', 0],
      ['offline', DELAY_MS],
    ]);
  });

  test('I-P3: that a user is offline whose connection was found gone by a post', async () => {
    const { ann, push, enter, send, announced, sweepAfter } = watch();
    const ben = await enter('ben');
    const caller = await enter(ann);
    await sweepAfter(DELAY_MS);
    push.gone.add(caller.connectionId);
    await send(ben);
    await sweepAfter(DELAY_MS);
    expect((await announced()).filter(([state]) => state === 'offline')).toEqual([['offline', DELAY_MS]]);
  });

  test('I-P3: that a user is offline although a refused connect was open when they were checked', async () => {
    const { ann, deps, startMs, open, drop, announced, sweepAfter, openWith } = watch();
    const caller = await open(ann);
    await sweepAfter(DELAY_MS);
    await drop(caller);
    await sweepAfter(DELAY_MS - 1);
    const second = { ...caller, connectionId: `${caller.connectionId}-2` as Caller['connectionId'] };
    const refusing: RoomStore = {
      ...deps.store,
      openConnection: async (row) => {
        const isOpen = await deps.store.openConnection(row);
        // The check of the end comes now, and a block of the user.
        await sweepAfter(1);
        await deps.store.setAccess(ann, { blockedUntilMs: deps.now() + 3_600_000 });
        return isOpen;
      },
    };
    expect(await openWith(refusing, second)).toMatchObject({ reason: expect.any(String) });
    await sweepAfter(DELAY_MS);
    expect(await announced()).toEqual([
      ['online', 0],
      ['offline', deps.now() - DELAY_MS - startMs],
    ]);
  });

  test('I-P3, I-L2: that a user is offline although a room of theirs cannot be read', async () => {
    const { ann, deps, enter, announced, sweepAfter, depsWith } = watch();
    const caller = await enter(ann);
    await sweepAfter(DELAY_MS);
    const closed = await deps.store.closeConnection(caller, deps.now());
    await sweepAfter(SETTLED_MS);
    const unreadable = { ...deps.store, getMember: () => Promise.reject(new Error('unreadable')) };
    const timer = { kind: 'connection', userId: ann, connectionId: caller.connectionId } as const;
    expect(await sweepConnection(depsWith(unreadable), timer, Infinity, closed)).toMatchObject({ hasFailed: true });
    expect((await announced()).at(-1)).toEqual(['offline', DELAY_MS]);
  });

  test('I-P3: what was written to the table after its check', async () => {
    const { ann, deps, device, pass, sweep, openWith, close, announced, sweepAfter } = watch();
    const late = async () => {
      pass(2 * DELAY_MS);
      await sweep();
    };
    const opening = disturb(deps.store, 'openConnection', 'before');
    opening.once(late);
    const caller = device(ann);
    expect(await openWith(opening.store, caller)).toBe('open');
    await sweepAfter(0);
    expect(await announced()).toEqual([['online', 0]]);
    await sweepAfter(20_000);
    const closing = disturb(deps.store, 'closeConnection', 'before');
    closing.once(late);
    await close(caller, closing.store);
    await sweepAfter(0);
    expect(await announced()).toEqual([
      ['online', 0],
      ['offline', 40_000],
    ]);
  });

  test('I-P3: that a user is online again who came while a check wrote that they are not', async () => {
    const { ann, memory, deps, open, drop, announced, sweepAfter, depsWith, pass } = watch();
    const caller = await open(ann);
    await sweepAfter(DELAY_MS);
    await drop(caller);
    pass(DELAY_MS);
    const stalled = disturb(deps.store, 'announcePresence', 'before');
    stalled.once(async () => {
      await open(ann);
      await sweepAfter(DELAY_MS);
      await emptyDueList(memory);
    });
    expect(await sweepPresence(depsWith(stalled.store), ann)).toEqual({});
    expect(await announced()).toEqual([
      ['online', 0],
      ['offline', DELAY_MS],
      ['online', 2 * DELAY_MS],
    ]);
  });

  test('I-P2: nothing of what has lasted only since the read of a slow check', async () => {
    const { ann, startMs, deps, open, announced, depsWith, pass } = watch();
    await open(ann);
    pass(DELAY_MS - 1);
    const slow = disturb(deps.store, 'readPresence', 'after');
    slow.once(() => pass(20_000));
    expect(await sweepPresence(depsWith(slow.store), ann)).toEqual({ nextAtMs: startMs + DELAY_MS });
    expect(await announced()).toEqual([]);
  });

  test('I-P1: one event of two checks at once, and the one that was refused checks again', async () => {
    const { ann, deps, open, announced, depsWith, pass } = watch();
    await open(ann);
    pass(DELAY_MS);
    const stalled = disturb(deps.store, 'announcePresence', 'before');
    stalled.once(() => sweepPresence(deps, ann));
    expect(await sweepPresence(depsWith(stalled.store), ann)).toEqual({ nextAtMs: deps.now() });
    expect(await announced()).toEqual([['online', 0]]);
  });

  test('that a deactivated user is offline; their end is armed once for all connections', async () => {
    const { ann, deps, open, drop, announced, sweepAfter, depsWith, pass } = watch();
    const callers = [await open(ann), await open(ann)];
    await sweepAfter(DELAY_MS);
    const { store, armed } = recordArmed(deps.store);
    await deactivateUsers(depsWith(store), [ann]);
    expect(armed).toEqual([{ kind: 'presence', userId: ann }]);
    await sweepAfter(DELAY_MS);
    expect(await announced()).toEqual([
      ['online', 0],
      ['offline', DELAY_MS],
    ]);
    // The ends of their sockets say nothing new.
    pass(1);
    for (const caller of callers) {
      const again = recordArmed(deps.store);
      await closeConnection(depsWith(again.store), caller, Infinity);
      expect(again.armed).toEqual([]);
      await drop(caller);
    }
  });

  test('nothing more of a deleted user, and nothing of them is kept', async () => {
    const { ann, deps, open, announced, sweepAfter, sweepFor } = watch();
    await open(ann);
    await sweepAfter(DELAY_MS);
    await eraseUsers(deps, [ann]);
    expect((await deps.store.readPresence(ann)).announced).toBeUndefined();
    await sweepFor(300_000);
    expect(await announced()).toEqual([['online', 0]]);
  });
});

test('a connect fails whose check cannot be armed', async () => {
  const { ann, deps, device, openWith } = watch();
  await expect(openWith(failing(deps.store), device(ann))).rejects.toThrow('the table does not answer');
});

test('without the setting nothing is armed, read or written', async () => {
  const { ann, deps, memory, device, close, depsWith, openWith, sweepFor } = watch({ presenceDelayMs: 0 });
  const fail = async () => expect.unreachable();
  const { store, armed } = recordArmed({
    ...deps.store,
    ...{ readPresence: fail, announcePresence: fail, deletePresence: fail },
  });
  const [caller, other] = [device(ann), device(ann)];
  await openWith(store, caller);
  await openWith(store, other);
  await close(caller, store);
  await deactivateUsers(depsWith(store), [ann]);
  await eraseUsers(depsWith(store), [ann]);
  await sweepPresence(depsWith(store), ann);
  expect(armed).toEqual([]);
  await sweepFor(300_000);
  const rows = [...memory.rows()];
  expect(rows.filter(({ sk }) => sk === 'PRESENCE')).toEqual([]);
  expect(JSON.stringify(rows)).not.toContain('presence');
});
