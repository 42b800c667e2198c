import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isEvicted, isMember, offlineMark, realTimeEvictionAtMs } from '../../lib/domain/eviction.ts';
import { emptyMember, type Member, type OfflineMark } from '../../lib/domain/member.ts';
import { newRoom, type Room } from '../../lib/domain/room.ts';
import type { ConnectionId, RoomId, UserId } from '../../lib/protocol/ids.ts';

const limits = { offlineGraceMs: 30_000, offlineMessageLimit: 31 };
const bob = 'bob' as UserId;
const disconnectMs = 1_800_000_000_000;

const roomAt = (seq: number, lastMessageAtMs: number, change: Partial<Room> = {}): Room => ({
  ...newRoom('room' as RoomId, 'a room', 'e1', 1, { destroyType: 'idle', destroyAfterMin: 60 }),
  seq,
  lastMessageAtMs,
  ...change,
});

const member = (offline: OfflineMark | undefined, change: Partial<Member> = {}): Member => ({
  ...emptyMember('room' as RoomId, bob, 'e1'),
  membershipId: 'm1',
  connections: offline === undefined ? ['c1' as ConnectionId] : [],
  offline,
  ...change,
});

const marked = member({ seq: 100, atMs: disconnectMs, sinceMs: disconnectMs - 9000 });

describe('KICK-31ST and KICK-30S', () => {
  test.each([
    ['no message, a day later', 100, disconnectMs - 1, false],
    ['1 message at once', 101, disconnectMs, false],
    ['1 message at 29,999 ms', 101, disconnectMs + 29_999, false],
    ['1 message at exactly 30,000 ms (case 3)', 101, disconnectMs + 30_000, false],
    ['1 message at 30,001 ms (case 4)', 101, disconnectMs + 30_001, true],
    ['30 messages at once', 130, disconnectMs, false],
    ['30 messages, the last at 30,000 ms', 130, disconnectMs + 30_000, false],
    ['30 messages, the last at 30,001 ms', 130, disconnectMs + 30_001, true],
    ['31 messages at once', 131, disconnectMs, true],
    ['31 messages, the last at 30,000 ms (case 2)', 131, disconnectMs + 30_000, true],
    ['32 messages', 132, disconnectMs, true],
    ['no new seq, although the time is late: only a message evicts', 100, disconnectMs + 90_000, false],
    ['31 messages by clocks that are behind the mark', 131, disconnectMs - 5_000, true],
    ['30 messages by clocks that are behind the mark', 130, disconnectMs - 5_000, false],
  ])('decides with %s', (_what, seq, lastMessageAtMs, evicted) => {
    expect(isEvicted(marked, roomAt(seq, lastMessageAtMs), limits)).toBe(evicted);
  });

  test('an online member is never evicted (I-M1)', () => {
    expect(isEvicted(member(undefined), roomAt(10_000, disconnectMs + 9_999_999), limits)).toBe(false);
  });
});

describe('ALLOWLIST', () => {
  test('a member who is allowlisted in time is never evicted (I-M9)', () => {
    const allowlistedSince = { bob: { seq: 130, lastMessageAtMs: disconnectMs + 30_000 } };
    expect(
      isEvicted(marked, roomAt(10_000, disconnectMs + 9_999_999, { allowlistedSince: allowlistedSince }), limits),
    ).toBe(false);
  });

  test('a member who is allowlisted after message 31 is already evicted (case 15)', () => {
    const allowlistedSince = { bob: { seq: 131, lastMessageAtMs: disconnectMs } };
    expect(isEvicted(marked, roomAt(131, disconnectMs, { allowlistedSince: allowlistedSince }), limits)).toBe(true);
  });

  test('allowlisting one user does not keep another', () => {
    const allowlistedSince = { ann: { seq: 0, lastMessageAtMs: 0 } };
    expect(isEvicted(marked, roomAt(131, disconnectMs, { allowlistedSince: allowlistedSince }), limits)).toBe(true);
  });

  test('the next message evicts a delisted member who is past the limits (case 14)', () => {
    const delistedSeq = { bob: 500 };
    expect(isEvicted(marked, roomAt(500, disconnectMs + 90_000, { delistedSeq }), limits)).toBe(false);
    expect(isEvicted(marked, roomAt(501, disconnectMs + 90_000, { delistedSeq }), limits)).toBe(true);
  });
});

describe('membership', () => {
  test.each([
    ['no row', undefined, roomAt(1, 1), false],
    ['no room', member(undefined), undefined, false],
    ['a destroyed room', member(undefined), roomAt(1, 1, { destroyedAtMs: 2 }), false],
    ['a row of an older room epoch', member(undefined, { roomEpoch: 'e0' }), roomAt(1, 1), false],
    ['a row that only blocks', member(undefined, { membershipId: undefined }), roomAt(1, 1), false],
    ['online', member(undefined), roomAt(1, 1), true],
    ['offline within the limits', marked, roomAt(130, disconnectMs), true],
    ['offline beyond the limits', marked, roomAt(131, disconnectMs), false],
  ])('%s', (_what, row, room, inside) => {
    expect(isMember(row, room, limits)).toBe(inside);
  });
});

describe('the rule as arithmetic', () => {
  const count = fc.nat({ max: 100 });
  const span = fc.integer({ min: -10_000, max: 90_000 });

  test('I-M2, I-M3: an eviction takes a message since the mark, and 31 of them or one later than 30,000 ms', () => {
    fc.assert(
      fc.property(count, span, fc.nat({ max: 200 }), (messages, laterMs, delistedSeq) => {
        const room = roomAt(100 + messages, disconnectMs + laterMs, { delistedSeq: { bob: delistedSeq } });
        const heard = messages > 0 && 100 + messages > delistedSeq;
        expect(isEvicted(marked, room, limits)).toBe(heard && (messages >= 31 || laterMs > 30_000));
      }),
    );
  });

  test('an evicted member stays evicted, since a room only grows', () => {
    fc.assert(
      fc.property(count, span, fc.nat(), fc.nat(), (messages, laterMs, moreMessages, moreMs) => {
        const before = isEvicted(marked, roomAt(100 + messages, disconnectMs + laterMs), limits);
        const after = isEvicted(marked, roomAt(100 + messages + moreMessages, disconnectMs + laterMs + moreMs), limits);
        expect(!before || after).toBe(true);
      }),
    );
  });

  test('a mark is never earlier than the last message, so clock skew can only delay an eviction', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), fc.nat(), fc.nat(), (seq, lastMessageAtMs, sinceMs, noticedMs) => {
        const mark = offlineMark({ seq, lastMessageAtMs }, sinceMs + noticedMs, sinceMs);
        expect(mark).toEqual({ seq, atMs: Math.max(lastMessageAtMs, sinceMs + noticedMs), sinceMs });
        expect(isEvicted(member(mark), roomAt(seq, lastMessageAtMs), limits)).toBe(false);
      }),
    );
  });
});

describe('KICK-REALTIME', () => {
  const on = { realTimeKickOut: true, realTimeGraceMs: 60_000 };
  const off = { ...on, realTimeKickOut: false };
  const quiet = roomAt(100, disconnectMs);
  const evictionAtMs = disconnectMs - 9000 + 60_000;

  test.each([
    ['offline, the service on', marked, quiet, on, evictionAtMs],
    ['the grace counts from the mark, despite later messages', marked, roomAt(120, disconnectMs + 1), on, evictionAtMs],
    ['no grace', marked, quiet, { ...on, realTimeGraceMs: 0 }, disconnectMs - 9000],
    ['online', member(undefined), quiet, on, undefined],
    ['the service is off', marked, quiet, off, undefined],
    ['the room has it on', marked, { ...quiet, realTimeKickOut: true }, off, evictionAtMs],
    ['the room has it off', marked, { ...quiet, realTimeKickOut: false }, on, undefined],
    ['allowlisted (I-M9)', marked, { ...quiet, allowlistedSince: { bob: quiet } }, on, undefined],
    ['another user is allowlisted', marked, { ...quiet, allowlistedSince: { ann: quiet } }, on, evictionAtMs],
    ['delisted', marked, { ...quiet, delistedSeq: { bob: 100 } }, on, evictionAtMs],
  ])('%s', (_what, row, room, limits, expected) => {
    expect(realTimeEvictionAtMs(row, room, limits)).toBe(expected);
  });

  test.each(['constructor', '__proto__'])('a user called %s is not on the allowlist (real-time service)', (name) => {
    expect(realTimeEvictionAtMs({ ...marked, userId: name as UserId }, quiet, on)).toBe(evictionAtMs);
  });
});

test.each(['constructor', 'toString', '__proto__'])('a user called %s is not on the allowlist', (name) => {
  const tricky = member(marked.offline, { userId: name as UserId });
  expect(isEvicted(tricky, roomAt(131, disconnectMs), limits)).toBe(true);
  expect(isEvicted(tricky, roomAt(130, disconnectMs), limits)).toBe(false);
});
