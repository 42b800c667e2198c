import { describe, expect, test } from 'vitest';
import type { RoomStore } from '../../lib/store/room-store.ts';
import { SETTLED_MS } from '../../lib/usecases/steps/disconnect-from-rooms.ts';
import { sweepConnection } from '../../lib/usecases/sweep/sweep-connection.ts';
import { createMemoryStore } from '../simulation/memory-store.ts';
import { createWorld } from '../support/world.ts';

/** A member's timer is later than the last check of the connection. */
const REAL_TIME = { realTimeKickOut: true, realTimeGraceMs: 140_000 } as const;

describe('the last check of a closed connection', () => {
  test('does not come before a minute is over, however long its rooms take: else it would lose their timers', async () => {
    const { deps, clock, enter, pass, room } = createWorld(createMemoryStore(), REAL_TIME);
    const ann = await enter('ann');
    const closed = await deps.store.closeConnection(ann, deps.now());
    pass(SETTLED_MS - 1);
    const slow: RoomStore = {
      ...deps.store,
      getMember: async (...of) => {
        const member = await deps.store.getMember(...of);
        clock.nowMs += 10;
        return member;
      },
    };
    const timer = { kind: 'connection', userId: ann.userId, connectionId: ann.connectionId } as const;
    const closedAtMs = closed.closedAtMs ?? 0;
    expect(await sweepConnection({ ...deps, store: slow }, timer, Infinity, undefined)).toMatchObject({
      nextAtMs: closedAtMs + SETTLED_MS,
    });
    const last = await sweepConnection(deps, timer, Infinity, undefined);
    expect(last).toMatchObject({ isOver: true, timers: [{ timer: { kind: 'member', room, userId: ann.userId } }] });
  });

  test('waits for a longer delay without its rooms: their timers are armed once', async () => {
    const delayMs = 300_000;
    const { deps, enter, pass, room } = createWorld(createMemoryStore(), { ...REAL_TIME, presenceDelayMs: delayMs });
    const ann = await enter('ann');
    const { closedAtMs = 0 } = await deps.store.closeConnection(ann, deps.now());
    pass(SETTLED_MS);
    const timer = { kind: 'connection', userId: ann.userId, connectionId: ann.connectionId } as const;
    const first = await sweepConnection(deps, timer, Infinity, undefined);
    expect(first).toMatchObject({ nextAtMs: closedAtMs + delayMs, afterRoom: room, timers: [{}] });
    pass(delayMs);
    const last = await sweepConnection(deps, { ...timer, afterRoom: first.afterRoom }, Infinity, undefined);
    expect(last).toMatchObject({ isOver: true, timers: [] });
  });
});
