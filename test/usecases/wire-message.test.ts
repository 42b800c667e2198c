import { expect, test } from 'vitest';
import type { StoredMessage } from '../../lib/domain/room.ts';
import { wireMessage } from '../../lib/usecases/steps/wire-message.ts';

const plain: StoredMessage = {
  ...{ seq: 3, messageId: '3-a', clientMessageId: 'c1', senderUserId: 'ann' },
  ...{ type: 'RC:TxtMsg', content: '{}', sentAtMs: 7 },
};

test('a field added to the stored message reaches no client', () => {
  const stored = { ...plain, transient: true, secret: 'of the store' } as const;
  expect(wireMessage('bob', stored)).toEqual(plain);
});

test('a client gets the note that replaces a recalled message, and that the message is hidden', () => {
  const recalled = { ...plain, recalled: true, hidden: true } as const;
  expect(wireMessage('bob', recalled)).toEqual(recalled);
});

test('a client gets what is known of the sender', () => {
  const stored = { ...plain, sender: { name: 'Ann' } } as const;
  expect(wireMessage('bob', stored)).toEqual(stored);
});

test('only the sender of a message gets the flag that it is not for them', () => {
  const stored = { ...plain, notForSender: true } as const;
  expect(wireMessage('ann', stored)).toEqual(stored);
  expect(wireMessage('bob', stored)).toEqual(plain);
});
