import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hasSlot, limitOf, type MessageRank, windowOf, windowsBefore } from '../../lib/domain/quota.ts';
import { newRoom } from '../../lib/domain/room.ts';
import type { RoomId } from '../../lib/protocol/ids.ts';

const roomWith = (taken: Readonly<Record<string, number>>) => ({
  ...newRoom('room' as RoomId, 'a room', 'e1', 1, { destroyType: 'idle', destroyAfterMin: 60 }),
  taken,
});
const nowMs = 1_800_000_000_150;
const window = windowOf(nowMs);
const ranks: readonly MessageRank[] = ['low', 'normal', 'allowlisted', 'unlimited'];

test('a window is 200 ms long', () => {
  const atMs = [nowMs - 151, nowMs - 150, nowMs, nowMs + 49, nowMs + 50];
  expect(atMs.map((one) => Number(windowOf(one)) - Number(window))).toEqual([-1, 0, 0, 0, 1]);
});

test.each([
  [40, [20, 40, 60, undefined]],
  [5, [3, 5, 8, undefined]],
  [1, [1, 1, 2, undefined]],
  [0, [undefined, undefined, undefined, undefined]],
])('of a quota of %i, each rank has its share', (quota, limits) => {
  expect(ranks.map((rank) => limitOf(rank, quota))).toEqual(limits);
});

test.each([
  [19, [true, true, true, true]],
  [20, [false, true, true, true]],
  [39, [false, true, true, true]],
  [40, [false, false, true, true]],
  [59, [false, false, true, true]],
  [60, [false, false, false, true]],
])('with %i of 40 slots taken, only some ranks have a slot left', (taken, expected) => {
  expect(ranks.map((rank) => hasSlot(roomWith({ [window]: taken }), rank, nowMs, 40))).toEqual(expected);
});

test('messages of other windows take no slot, and without a quota no message does', () => {
  const other = roomWith({ [windowOf(nowMs - 200)]: 99, [windowOf(nowMs + 200)]: 99 });
  expect(hasSlot(other, 'low', nowMs, 1)).toBe(true);
  expect(hasSlot(roomWith({ [window]: 99 }), 'low', nowMs, 0)).toBe(true);
});

test('a message gets a slot exactly while its window holds fewer than its limit', () => {
  fc.assert(
    fc.property(fc.nat({ max: 200 }), fc.constantFrom(...ranks), fc.nat({ max: 100 }), (taken, rank, quota) => {
      const limit = limitOf(rank, quota) ?? Number.POSITIVE_INFINITY;
      expect(hasSlot(roomWith({ [window]: taken }), rank, nowMs, quota)).toBe(taken < limit);
    }),
  );
});

test('a window is removable once another lies between it and now, since a clock may be a little behind', () => {
  const atMs = [-100_000, -400, -200, 0, 200, 100_000].map((shiftMs) => windowOf(nowMs + shiftMs));
  const room = roomWith(Object.fromEntries(atMs.map((one) => [one, 1])));
  expect(windowsBefore(room, nowMs)).toEqual(atMs.slice(0, 2));
  expect(windowsBefore(roomWith({}), nowMs)).toEqual([]);
});
