import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { TailEntry } from '../../lib/domain/room.ts';
import { fitsTail, isTailFull, sendKey } from '../../lib/domain/sending.ts';
import { message } from '../store/rows.ts';

test('the key of a send is unique to its room and client message id', () => {
  const id = fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/);
  const seen = new Map<string, string>();
  fc.assert(
    fc.property(id, id, (room, clientMessageId) => {
      const key = sendKey(room, clientMessageId);
      expect(key).toMatch(/^[a-z0-9]+\.[a-z0-9]+$/);
      expect(key.length).toBeLessThanOrEqual(15);
      expect(sendKey(room, clientMessageId)).toBe(key);
      expect(seen.get(key) ?? `${room} ${clientMessageId}`).toBe(`${room} ${clientMessageId}`);
      seen.set(key, `${room} ${clientMessageId}`);
    }),
    { numRuns: 5000 },
  );
  const counted = Array.from({ length: 100_000 }, (_, index) => sendKey('room', `run-${index}`));
  expect(new Set(counted).size).toBe(100_000);
  expect(sendKey('ab', 'c')).not.toBe(sendKey('a', 'bc'));
});

test('the tail is full by its text or by its number of messages', () => {
  expect(isTailFull([])).toBe(false);
  expect(isTailFull([entryWith('short')])).toBe(false);
  expect(isTailFull([entryWith('x'.repeat(600))])).toBe(true);
  expect(isTailFull(Array.from({ length: 6 }, () => entryWith('')))).toBe(true);
  expect([11, 12].map((length) => isTailFull(Array.from({ length }, () => named)))).toEqual([false, true]);
});

test('a tail is full from 512 characters on, with 100 for what is beside each text', () => {
  const tailOf = (length: number) => [entryWith('x'.repeat(length))];
  expect([411, 412].map((length) => isTailFull(tailOf(length)))).toEqual([false, true]);
});

test('a message fits into a tail that has space for its text and for its name', () => {
  expect([924, 925].map((length) => fitsTail([], 'x'.repeat(length)))).toEqual([true, false]);
  expect([424, 425].map((length) => fitsTail([entryWith('x'.repeat(400))], 'x'.repeat(length)))).toEqual([true, false]);
  expect(
    [11, 12].map((length) =>
      fitsTail(
        Array.from({ length }, () => named),
        '',
      ),
    ),
  ).toEqual([true, false]);
});

/** An entry whose message has a row of its own. */
const named: TailEntry = { seq: 1, id: 'id', sentAtMs: 1 };

const entryWith = (content: string): TailEntry => ({ ...named, message: { ...message(1), content } });
