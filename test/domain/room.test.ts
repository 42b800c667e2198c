import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RoomId } from '../../lib/domain/ids.ts';
import { isLive, messageIdAt, newRoom, readMessageId } from '../../lib/domain/room.ts';

test('a room is live from its first state until it is destroyed', () => {
  const room = newRoom('room' as RoomId, 'a room', 'e1', 5, { destroyType: 'fixed', destroyAfterMin: 90 });
  expect(room).toMatchObject({ seq: 0, tail: [], destroyType: 'fixed', destroyAfterMin: 90, muted: false });
  expect([room, { ...room, destroyedAtMs: 5 }, undefined].map(isLive)).toEqual([true, false, false]);
});

describe('a message id', () => {
  const idText = fc.string({ unit: fc.constantFrom(...'AZaz09_-'), minLength: 1, maxLength: 64 });

  test('gives back the seq and the id that it was made of', () => {
    fc.assert(
      fc.property(fc.nat({ max: 10 ** 12 - 1 }), idText, (seq, id) => {
        expect(readMessageId(messageIdAt(seq, id))).toEqual({ seq, id });
      }),
    );
  });

  test('is another one for every other seq or id', () => {
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
