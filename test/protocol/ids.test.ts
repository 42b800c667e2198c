import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isConnectionId, isRoomId, isUserId } from '../../lib/protocol/ids.ts';

test.each(['', 'a b', 'a#b', 'a/b', 'a\n', '\u0000', 'ä', '😀', 'a'.repeat(65), '../x', 'a:b'])(
  'not an id: %j',
  (text) => {
    expect([isRoomId(text), isUserId(text)]).toEqual([false, false]);
  },
);

test.each(['a', 'A9_+=-', 'a'.repeat(64), '__proto'])('an id: %j', (text) => {
  expect([isRoomId(text), isUserId(text)]).toEqual([true, true]);
});

test('connection ids are base64 text', () => {
  expect(['L0SM9cOFvHcCIhw=', 'a/b+c==', 'a'.repeat(128)].map(isConnectionId)).toEqual([true, true, true]);
  expect(['', 'a#b', 'a b', 'a'.repeat(129), 'é'].map(isConnectionId)).toEqual([false, false, false, false, false]);
});

test('no id contains a #, so keys that are joined with it stay distinct', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (left, right) => {
      expect([isRoomId, isUserId, isConnectionId].some((is) => is(`${left}#${right}`))).toBe(false);
    }),
  );
});
