import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ACTIVITY_MS, isLive, messageIdAt, newRoom, readMessageId, roomExpiresAtMs } from '../../lib/domain/room.ts';
import type { RoomId } from '../../lib/protocol/ids.ts';

test('a room is live from its first state until it is destroyed', () => {
  const room = newRoom('room' as RoomId, 'a room', 'e1', 5, { destroyType: 'fixed', destroyAfterMin: 90 });
  expect(room).toMatchObject({ seq: 0, tail: [], destroyType: 'fixed', destroyAfterMin: 90, muted: false });
  expect([room, { ...room, destroyedAtMs: 5 }, undefined].map(isLive)).toEqual([true, false, false]);
});

describe('the end of a room', () => {
  const createdAtMs = 1_800_000_000_000;
  const hourMs = 3_600_000;
  const idle = newRoom('room' as RoomId, 'a room', 'e1', createdAtMs, { destroyType: 'idle', destroyAfterMin: 60 });

  test.each([
    ['nobody ever joined', {}, ACTIVITY_MS + hourMs],
    ['a user joined or left', { lastActiveAtMs: createdAtMs + 7000 }, 7000 + ACTIVITY_MS + hourMs],
    ['a message is as late as the slack', { lastMessageAtMs: createdAtMs + ACTIVITY_MS }, ACTIVITY_MS + hourMs],
    ['a message is later than the slack', { lastMessageAtMs: createdAtMs + ACTIVITY_MS + 1 }, ACTIVITY_MS + 1 + hourMs],
    ['another idle time', { destroyAfterMin: 1 }, ACTIVITY_MS + 60_000],
    ['it is fixed', { destroyType: 'fixed' }, hourMs],
    [
      'it is fixed and in use',
      { destroyType: 'fixed', lastActiveAtMs: createdAtMs + 9e6, lastMessageAtMs: 9e15 },
      hourMs,
    ],
  ] as const)('where %s', (_what, change, afterMs) => {
    expect(roomExpiresAtMs({ ...idle, ...change })).toBe(createdAtMs + afterMs);
  });

  test('never comes before the idle time since the last join, leave or message is over (I-R2)', () => {
    const act = fc.record({ gapMs: fc.nat({ max: 2 * ACTIVITY_MS }), isMessage: fc.boolean() });
    fc.assert(
      fc.property(fc.array(act), fc.integer({ min: 1, max: 10_080 }), (acts, destroyAfterMin) => {
        let room = { ...idle, destroyAfterMin };
        let nowMs = createdAtMs;
        for (const { gapMs, isMessage } of acts) {
          nowMs += gapMs;
          const isNoted = nowMs - room.lastActiveAtMs >= ACTIVITY_MS;
          if (isMessage) room = { ...room, lastMessageAtMs: nowMs };
          else if (isNoted) room = { ...room, lastActiveAtMs: nowMs };
          expect(roomExpiresAtMs(room) - nowMs).toBeGreaterThanOrEqual(destroyAfterMin * 60_000);
        }
        expect(roomExpiresAtMs(room) - nowMs).toBeLessThanOrEqual(destroyAfterMin * 60_000 + ACTIVITY_MS);
      }),
    );
  });
});

describe('a message id', () => {
  const idText = fc.string({ unit: fc.constantFrom(...'AZaz09_-'), minLength: 1, maxLength: 64 });

  test('gives back the seq and the id that it is made from', () => {
    fc.assert(
      fc.property(fc.nat({ max: 10 ** 12 - 1 }), idText, (seq, id) => {
        expect(readMessageId(messageIdAt(seq, id))).toEqual({ seq, id });
      }),
    );
  });

  test('differs for each seq and id', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), idText, idText, (seq, otherSeq, id, otherId) => {
        const isSame = messageIdAt(seq, id) === messageIdAt(otherSeq, otherId);
        expect(isSame).toBe(seq === otherSeq && id === otherId);
      }),
    );
  });

  test.each([
    '',
    'a',
    '-',
    'a-',
    '-a',
    'A-b',
    'a_b-c',
    'a-b~recalled',
    'a-b c',
    'a-ä',
    '0000000000-a',
    `1-${'x'.repeat(65)}`,
  ])('is not %j', (text) => {
    expect(readMessageId(text)).toBeUndefined();
  });
});
