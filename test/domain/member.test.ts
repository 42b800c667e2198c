import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type ConnectionId,
  isConnectionId,
  isRoomId,
  isUserId,
  type RoomId,
  type UserId,
} from '../../lib/domain/ids.ts';
import {
  blocked,
  currentMember,
  emptyMember,
  ended,
  isBlocked,
  joined,
  withConnection,
  withoutConnection,
} from '../../lib/domain/member.ts';
import { decideSend, isTailFull } from '../../lib/domain/sending.ts';

const room = 'room' as RoomId;
const bob = 'bob' as UserId;
const phone = 'phone' as ConnectionId;
const laptop = 'laptop' as ConnectionId;
const mark = { seq: 7, atMs: 1000 };
const nobody = emptyMember(room, bob, 'e1');
const inside = joined(nobody, phone, 'm1', 500);

test('a fresh join starts anew: no mark, one device, its own epoch (I-M12)', () => {
  const again = joined({ ...inside, connections: [], offline: mark }, laptop, 'm2', 900);
  expect(again).toMatchObject({ membership: 'm2', joinedAtMs: 900, connections: [laptop], offline: undefined });
});

test('the mark is set by the last device only (I-M14)', () => {
  const both = withConnection(inside, laptop);
  const one = withoutConnection(both, phone, mark);
  expect(one).toMatchObject({ connections: [laptop], offline: undefined });
  expect(withoutConnection(one, laptop, mark)).toMatchObject({ connections: [], offline: mark });
});

test('a late drop of an old connection changes nothing (cases 7 and 8)', () => {
  const offline = withoutConnection(inside, phone, mark);
  expect(withoutConnection(offline, phone, { seq: 9, atMs: 2000 })).toEqual(offline);
  const back = withConnection(offline, laptop);
  expect(back).toMatchObject({ membership: 'm1', connections: [laptop], offline: undefined });
  expect(withoutConnection(back, phone, { seq: 9, atMs: 2000 })).toEqual(back);
});

test('a block ends the membership on all devices and holds until its last millisecond (case 20)', () => {
  const out = blocked(withConnection(inside, laptop), 60_000);
  expect(out).toMatchObject({ membership: undefined, connections: [], offline: undefined });
  expect([59_999, 60_000].map((nowMs) => isBlocked(out, nowMs))).toEqual([true, false]);
});

test('an ended membership leaves a row only while a block holds', () => {
  expect(ended(inside, 1000)).toBeUndefined();
  const barred = { ...inside, blockedUntilMs: 2000 };
  expect(ended(barred, 1999)).toMatchObject({ membership: undefined, connections: [], blockedUntilMs: 2000 });
  expect(ended(barred, 2000)).toBeUndefined();
});

test('a row of an older room epoch counts as none; blocks fall with the room', () => {
  const old = { ...blocked(inside, 60_000), revision: 4 };
  expect(currentMember(old, room, bob, 'e2')).toEqual({ ...emptyMember(room, bob, 'e2'), revision: 4 });
  expect(currentMember(old, room, bob, 'e1')).toBe(old);
  expect(currentMember(undefined, room, bob, 'e1')).toEqual(nobody);
});

test('whatever connects and drops, offline is exactly a member without a device', () => {
  const step = fc.record({ connects: fc.boolean(), device: fc.constantFrom(phone, laptop, 'tablet' as ConnectionId) });
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      let member = inside;
      const live = new Set<string>([phone]);
      for (const { connects, device } of steps) {
        member = connects ? withConnection(member, device) : withoutConnection(member, device, mark);
        if (connects) live.add(device);
        else live.delete(device);
        expect(new Set(member.connections)).toEqual(live);
        expect(member.connections).toHaveLength(live.size);
        expect(member.offline !== undefined).toBe(live.size === 0);
        expect(member.membership).toBe('m1');
      }
    }),
  );
});

test('the rate limit counts one second, and a refusal counts for nothing', () => {
  let member = inside;
  for (const atMs of [0, 100, 200]) {
    const decision = decideSend(member, `send-${atMs}`, atMs, 3);
    expect(decision.kind).toBe('go');
    if (decision.kind === 'go') member = decision.member;
  }
  expect(decideSend(member, 'next', 999, 3)).toEqual({ kind: 'too-fast', retryAfterMs: 1 });
  expect(decideSend(member, 'next', 1000, 3).kind).toBe('go');
  expect(decideSend(member, 'next', 1000, 2)).toMatchObject({ kind: 'too-fast' });
});

test('a repeat is known by its client message id, also where the rate is used up (I-D2)', () => {
  const first = decideSend(inside, 'same', 50, 1);
  if (first.kind !== 'go') throw new Error('unable to send the first');
  expect(decideSend(first.member, 'same', 60, 1)).toEqual({ kind: 'repeated', firstAtMs: 50 });
  expect(decideSend(first.member, 'other', 60, 1)).toMatchObject({ kind: 'too-fast', retryAfterMs: 990 });
});

test('never more sends in any second than allowed', () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 400 })), fc.integer({ min: 1, max: 12 }), (gapsMs, perSecond) => {
      let member = inside;
      let nowMs = 10_000;
      const acceptedMs: number[] = [];
      gapsMs.forEach((gapMs, index) => {
        nowMs += gapMs;
        const decision = decideSend(member, `send-${index}`, nowMs, perSecond);
        const lately = acceptedMs.filter((atMs) => nowMs - atMs < 1000).length;
        expect(decision.kind).toBe(lately < perSecond ? 'go' : 'too-fast');
        if (decision.kind !== 'go') return;
        member = decision.member;
        acceptedMs.push(nowMs);
      });
    }),
  );
});

test('the tail is full by text or by number, and empty it is not', () => {
  expect(isTailFull([])).toBe(false);
  expect(isTailFull([{ content: 'short' }])).toBe(false);
  expect(isTailFull([{ content: 'x'.repeat(600) }])).toBe(true);
  expect(isTailFull(Array.from({ length: 6 }, () => ({ content: '' })))).toBe(true);
});

test.each(['', 'a b', 'a#b', 'a/b', 'a\n', '\u0000', 'ä', '😀', 'a'.repeat(65), '../x', 'a:b'])('no id: %j', (text) => {
  expect([isRoomId(text), isUserId(text)]).toEqual([false, false]);
});

test.each(['a', 'A9_+=-', 'a'.repeat(64), '__proto'])('an id: %j', (text) => {
  expect([isRoomId(text), isUserId(text)]).toEqual([true, true]);
});

test('connection ids are base64 text', () => {
  expect(['L0SM9cOFvHcCIhw=', 'a/b+c==', 'a'.repeat(128)].map(isConnectionId)).toEqual([true, true, true]);
  expect(['', 'a#b', 'a b', 'a'.repeat(129), 'é'].map(isConnectionId)).toEqual([false, false, false, false, false]);
});

test('no id holds a #, so keys joined with it stay apart', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (left, right) => {
      expect([isRoomId, isUserId, isConnectionId].some((is) => is(`${left}#${right}`))).toBe(false);
    }),
  );
});
