import { describe, expect, it } from 'vitest';
import { explain, ordinal } from '../../console/page/model/explain.ts';
import { newRoom, type RoomEvent } from '../../console/page/model/presence.ts';
import { reduce } from '../../console/page/model/reduce.ts';
import { barOf, placeOn, rangeOf } from '../../console/page/model/time-line.ts';

const rules = { offlineMessageLimit: 31, offlineGraceMs: 30_000 };

/** A room after events at these times, in s. */
const roomAfter = (...events: readonly (readonly [number, RoomEvent])[]) =>
  events.reduce((state, [atSec, event]) => reduce(state, event, atSec * 1000, rules), newRoom('r', 0));

const online = (userId: string): RoomEvent => ({ kind: 'online', userId });
const message = (seq: number, sentMs = 0): RoomEvent => ({ kind: 'message', seq, sentMs });
const offline = (userId: string, sinceSec: number): RoomEvent => ({
  kind: 'offline',
  userId,
  sinceMs: sinceSec * 1000,
});
const ended: Extract<RoomEvent, { kind: 'ended' }> = { kind: 'ended', userId: 'ann', reason: 'offline' };

const annIn = (state: ReturnType<typeof roomAfter>) => {
  const ann = state.members.get('ann');
  if (ann === undefined) throw new Error('unable to find ann; they never joined');
  return ann;
};
const sentence = (state: ReturnType<typeof roomAfter>, nowSec: number) =>
  explain(annIn(state), state, rules, nowSec * 1000);

describe('why a user was removed', () => {
  it('is the 31st message, even where the page learns of it later', () => {
    const sent = Array.from({ length: 33 }, (_, index) => [2 + index / 10, message(2 + index)] as const);
    const state = roomAfter([0, online('ann')], [1, message(1)], [2, offline('ann', 1.5)], ...sent, [6, ended]);
    expect(sentence(state, 9)).toBe('evicted by message 32, the 31st since they went offline at message 1');
    expect(annIn(state).spans.map(({ presence, from }) => [presence, from.seq])).toEqual([
      ['online', 0],
      ['offline', 1],
      ['removed', 32],
    ]);
  });

  it('is the first message after 30 s', () => {
    const state = roomAfter(
      [0, online('ann')],
      [1, offline('ann', 1)],
      [20, message(1)],
      [31, message(2)],
      [31.5, message(3)],
      [32, ended],
    );
    expect(sentence(state, 40)).toBe('evicted by message 3: it came 30.5 s after they went offline, later than 30.0 s');
  });

  it('is the real-time service where no message passed a limit', () => {
    const state = roomAfter([0, online('ann')], [1, offline('ann', 1)], [200, ended]);
    expect(sentence(state, 201)).toBe('evicted by the real-time service after 199.0 s offline, without a message');
  });

  it('is found where the report of the eviction overtakes the answer to the message', () => {
    const report: RoomEvent = { ...ended, noLaterMs: 40_000 };
    const offlineAnn = [
      [0, online('ann')],
      [1, offline('ann', 1)],
    ] as const;
    const overtaken = roomAfter(...offlineAnn, [40.1, report], [40.2, message(1, 40_000)]);
    expect(sentence(overtaken, 41)).toBe(
      'evicted by message 1: it came 39.2 s after they went offline, later than 30.0 s',
    );
    expect(annIn(overtaken).spans.map(({ presence, from, to }) => [presence, from.seq, to?.seq])).toEqual([
      ['online', 0, 0],
      ['offline', 0, 1],
      ['removed', 1, undefined],
    ]);
    const later = roomAfter(...offlineAnn, [40.1, report], [40.2, message(1, 40_001)]);
    expect(sentence(later, 41)).toContain('evicted by the real-time service');
  });

  it('is a block or a leave, whichever is known first', () => {
    const blocked = roomAfter([0, online('ann')], [1, { kind: 'ended', userId: 'ann', reason: 'blocked' }]);
    expect([annIn(blocked).presence, sentence(blocked, 2)]).toEqual(['blocked', 'blocked by the server']);
    const left = roomAfter([0, online('ann')], [1, { kind: 'ended', userId: 'ann', reason: undefined }], [2, ended]);
    expect([annIn(left).presence, sentence(left, 3)]).toEqual(['removed', 'left the room']);
  });
});

describe('an offline member', () => {
  const state = roomAfter([0, online('ann')], [1, message(1)], [2, offline('ann', 2)], [3, message(2)]);

  it('is explained by what would evict them', () => {
    expect(sentence(state, 12)).toBe('evicted by message 32 (30 more), or by any message after 20.0 s more');
    expect(sentence(state, 40)).toContain('or by the next message, whichever it is');
  });

  it('has the 31st message and the 30th second ahead on the time line', () => {
    const barAt = (axis: 'time' | 'messages') => {
      const range = rangeOf(axis, state, rules, 12_000);
      return { range, ...barOf(axis, range, annIn(state), state, rules, 12_000) };
    };
    const time = barAt('time');
    expect(time.range).toEqual({ from: 0, to: 45_000 });
    expect(time.rule?.to).toBeCloseTo((32_000 / 45_000) * 100);
    expect(time.progress).toEqual({ done: 10_000, limit: 30_000 });
    expect(time.end).toBeUndefined();
    expect(time.segments.map(({ presence, width }) => [presence, Math.round(width * 450)])).toEqual([
      ['online', 2000],
      ['offline', 10_000],
    ]);
    expect(barAt('messages').rule?.to).toBeCloseTo((32 / 40) * 100);
    expect(barAt('messages').progress).toEqual({ done: 1, limit: 31 });
  });

  it('has no limit on the allowlist, and only that of the past after they reconnect', () => {
    const listed = reduce(state, { kind: 'allowlisted', userId: 'ann', isOn: true }, 13_000, rules);
    const range = { from: 0, to: 45_000 };
    expect(barOf('time', range, annIn(listed), listed, rules, 14_000).rule).toBeUndefined();
    expect(sentence(listed, 14)).toContain('on the allowlist: no message evicts them');
    const back = reduce(state, online('ann'), 13_000, rules);
    const { rule, progress } = barOf('time', range, annIn(back), back, rules, 14_000);
    expect([rule?.isPast, rule?.to, progress]).toEqual([true, placeOn(range, 32_000), undefined]);
    expect(sentence(back, 14)).toBe('no rule evicts them while they are online');
  });
});

describe('an evicted member', () => {
  const barsOf = (state: ReturnType<typeof roomAfter>, nowSec: number) =>
    (['time', 'messages'] as const).map((axis) => {
      const range = rangeOf(axis, state, rules, nowSec * 1000);
      const { end, rule, progress } = barOf(axis, range, annIn(state), state, rules, nowSec * 1000);
      return { by: end?.by, done: progress?.done, isAtLimit: end?.x === rule?.to };
    });

  it('keeps the rules, and the one that evicted them is marked where it was met', () => {
    const sent = Array.from({ length: 31 }, (_, index) => [3 + index / 10, message(1 + index)] as const);
    const state = roomAfter([0, online('ann')], [2, offline('ann', 2)], ...sent, [7, ended]);
    expect(barsOf(state, 20)).toEqual([
      { by: undefined, done: 4000, isAtLimit: false },
      { by: 'limit', done: 31, isAtLimit: true },
    ]);
  });

  it('by time has the mark of the end behind the limit', () => {
    const state = roomAfter([0, online('ann')], [2, offline('ann', 2)], [33, message(1)], [34, ended]);
    expect(barsOf(state, 40)).toEqual([
      { by: 'limit', done: 31_000, isAtLimit: false },
      { by: undefined, done: 1, isAtLimit: false },
    ]);
  });
});

it('a member who was evicted by the sweep has no message that was too much', () => {
  const state = roomAfter([0, online('ann')], [1, offline('ann', 1)], [200, ended]);
  const ends = (['time', 'messages'] as const).map(
    (axis) => barOf(axis, rangeOf(axis, state, rules, 201_000), annIn(state), state, rules, 201_000).end?.by,
  );
  expect(ends).toEqual(['sweep', undefined]);
});

it('messages count once, in whatever order the clients report them', () => {
  const state = roomAfter([1, message(2)], [2, message(1)], [3, message(2)]);
  expect([state.seq, state.messages.map(({ seq }) => seq)]).toEqual([2, [1, 2]]);
});

it('an ordinal has its ending', () => {
  expect([1, 2, 3, 4, 11, 12, 13, 21, 31, 111].map(ordinal)).toEqual(
    '1st 2nd 3rd 4th 11th 12th 13th 21st 31st 111th'.split(' '),
  );
});
