import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ConnectionId, RoomId, UserId } from '../../lib/domain/ids.ts';
import { emptyMember, joined } from '../../lib/domain/member.ts';
import { decideSend, isTailFull, withoutSend, withSend } from '../../lib/domain/sending.ts';

const phone = { connectionId: 'c1' as ConnectionId, device: 'phone' };
const inside = joined(emptyMember('room' as RoomId, 'bob' as UserId, 'e1'), phone, 'm1', 500);

test('the rate limit counts one second, and a refusal counts for nothing', () => {
  let member = inside;
  for (const atMs of [0, 100, 200]) {
    expect(decideSend(member, `send-${atMs}`, atMs, 3)).toEqual({ kind: 'go' });
    member = withSend(member, { clientMessageId: `send-${atMs}`, atMs }, 3);
  }
  expect(decideSend(member, 'next', 999, 3)).toEqual({ kind: 'too-fast', retryAfterMs: 1 });
  expect(decideSend(member, 'next', 1000, 3).kind).toBe('go');
  expect(decideSend(member, 'next', 1000, 2)).toMatchObject({ kind: 'too-fast' });
});

test('a repeat is known by its client message id, also where the rate is used up (I-D2)', () => {
  const after = withSend(inside, { clientMessageId: 'same', atMs: 50 }, 1);
  expect(decideSend(after, 'same', 60, 1)).toEqual({ kind: 'repeated', firstAtMs: 50 });
  expect(decideSend(after, 'other', 60, 1)).toEqual({ kind: 'too-fast', retryAfterMs: 990 });
  expect(decideSend(withoutSend(after, 'same'), 'same', 60, 1)).toEqual({ kind: 'go' });
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
        member = withSend(member, { clientMessageId: `send-${index}`, atMs: nowMs }, perSecond);
        acceptedMs.push(nowMs);
      });
    }),
  );
});

test('the newest sends are remembered, each once, and as many as may come in a second', () => {
  const send = fc.record({ clientMessageId: fc.constantFrom(...'abcdefghijklmno'), atMs: fc.nat() });
  fc.assert(
    fc.property(fc.array(send), fc.integer({ min: 1, max: 12 }), (sends, perSecond) => {
      const member = sends.reduce((before, one) => withSend(before, one, perSecond), inside);
      const newestOfEach = sends.filter(
        (one, index) => !sends.slice(index + 1).some((later) => later.clientMessageId === one.clientMessageId),
      );
      expect(member.recentSends).toEqual(newestOfEach.slice(-Math.max(8, perSecond)));
    }),
  );
});

test('the tail is full by text or by number, and empty it is not', () => {
  expect(isTailFull([])).toBe(false);
  expect(isTailFull([{ content: 'short' }])).toBe(false);
  expect(isTailFull([{ content: 'x'.repeat(600) }])).toBe(true);
  expect(isTailFull(Array.from({ length: 6 }, () => ({ content: '' })))).toBe(true);
});
