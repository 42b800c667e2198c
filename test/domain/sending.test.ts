import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
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
  expect([7, 8].map((length) => isTailFull(Array.from({ length }, () => named)))).toEqual([false, true]);
});

test('a tail is full from 200 characters on, with 100 for what is beside each text', () => {
  const tailOf = (length: number) => [entryWith('x'.repeat(length))];
  expect([99, 100].map((length) => isTailFull(tailOf(length)))).toEqual([false, true]);
});

describe('a message goes into the tail', () => {
  const fits = (tail: readonly TailEntry[], length: number) =>
    fitsTail({ tail, delivery: {} }, { content: 'x'.repeat(length) });

  test('if all there have at most 1,024 characters, with 100 for what is beside each text', () => {
    expect([924, 925].map((length) => fits([named], length))).toEqual([true, false]);
    expect([774, 775].map((length) => fits([entryWith('x'.repeat(50))], length))).toEqual([true, false]);
  });

  test('if they have so many with what is said of their senders', () => {
    const sender = { name: 'n'.repeat(50), portrait: 'p'.repeat(100) };
    const fitsWith = (length: number) => fitsTail({ tail: [], delivery: {} }, { content: 'x'.repeat(length), sender });
    expect([774, 775].map(fitsWith)).toEqual([true, false]);
    const entry = { ...named, message: { ...message(1), content: 'x'.repeat(50), sender } };
    expect([624, 625].map((length) => fits([entry], length))).toEqual([true, false]);
  });

  test('if it has space for its name', () => {
    const tails = [7, 8].map((length) => Array.from({ length }, () => named));
    expect(tails.map((tail) => fits(tail, 0))).toEqual([true, false]);
  });

  test('if no other Lambda delivers', () => {
    const lease = { id: 'lease', untilMs: 1 };
    expect(fitsTail({ tail: [], delivery: { lease } }, { content: '' })).toBe(false);
  });
});

/** An entry whose message has a row of its own. */
const named: TailEntry = { seq: 1, id: 'id', sentAtMs: 1 };

const entryWith = (content: string): TailEntry => ({ ...named, message: { ...message(1), content } });
