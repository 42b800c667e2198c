import { expect, test } from 'vitest';
import { isAbandoned, isQuiet, windowMs } from '../../lib/domain/delivery.ts';
import { type DeliveryState, newRoom, type Room } from '../../lib/domain/room.ts';
import type { RoomId } from '../../lib/protocol/ids.ts';

const room = (seq: number, delivery: Partial<DeliveryState>): Room => ({
  ...newRoom('r' as RoomId, '', 'e1', 0, { destroyType: 'idle', destroyAfterMin: 60 }),
  seq,
  delivery: { deliveredSeq: 0, deliveredAtMs: 0, crowdedUntilMs: 0, ...delivery },
});

test('a window is 240 ms, and longer where the posts to all would take more than the part of large rooms', () => {
  expect([0, 1, 1_536, 1_537, 8_000, 80_000].map((count) => windowMs(count, 8_000))).toEqual([
    240, 240, 240, 241, 1_250, 12_500,
  ]);
});

test('a delivery is abandoned from the first ms after its lease, and not without one', () => {
  const held = room(1, { lease: { id: 'a', untilMs: 5_000 } });
  expect([4_999, 5_000, 5_001].map((nowMs) => isAbandoned(held, nowMs))).toEqual([false, false, true]);
  expect(isAbandoned(room(1, {}), 5_001)).toBe(false);
});

test.each([
  ['the window of the last delivery is over', { deliveredAtMs: 760 }, true],
  ['it is not over', { deliveredAtMs: 761 }, false],
  ['the room is no longer crowded', { crowdedUntilMs: 1_000 }, true],
  ['it is crowded', { crowdedUntilMs: 1_001 }, false],
  ['another message waits', { deliveredSeq: 6 }, false],
  ['all is delivered', { deliveredSeq: 8 }, true],
])('at 1,000 ms, with its own message as seq 8: %s', (_what, change, isIt) => {
  expect(isQuiet(room(8, { deliveredSeq: 7, ...change }), 1_000)).toBe(isIt);
});
