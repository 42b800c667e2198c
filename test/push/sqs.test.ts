import type { SendMessageBatchCommandInput, SQSClient } from '@aws-sdk/client-sqs';
import { expect, test } from 'vitest';
import type { WebhookEvent } from '../../lib/protocol/webhook.ts';
import { createSqsEventQueue } from '../../lib/push/sqs.ts';

function record() {
  const sent: NonNullable<SendMessageBatchCommandInput['Entries']>[] = [];
  const send = async ({ input: { Entries = [] } }: { readonly input: SendMessageBatchCommandInput }) => {
    sent.push(Entries);
    return {};
  };
  return { queue: createSqsEventQueue({ client: { send } as unknown as SQSClient, queueUrl: 'queue' }), sent };
}

const ofRoom = (chatRoomId: string, eventId: string): WebhookEvent => ({
  ...({ eventId, chatRoomId, userIds: ['ann'], status: 0, type: 1, time: 1 } as const),
});
const ofUser = (user: string, sinceMs: number): WebhookEvent => ({
  ...({ eventId: `${user}-${sinceMs}-online`, chatRoomId: '', userIds: [user], status: 0, type: 100 } as const),
  time: sinceMs,
});

test('a message has the events of one room, or of one user, in their order', async () => {
  const { queue, sent } = record();
  const all = [ofRoom('bob', 'a'), ofUser('ann', 1), ofUser('bob', 2), ofRoom('bob', 'b'), ofUser('ann', 3)];
  await queue.put(all);
  const groups = sent[0]?.map(({ MessageGroupId, MessageBody }) => [MessageGroupId, JSON.parse(MessageBody ?? '')]);
  expect(groups).toEqual([
    ['bob', [all[0], all[3]]],
    ['#ann', [all[1], all[4]]],
    ['#bob', [all[2]]],
  ]);
});

test('the id of a message is the same for the same events only, and SQS takes it', async () => {
  const { queue, sent } = record();
  const user = 'u'.repeat(64);
  for (const sinceMs of [1_800_000_000_000, 1_800_000_000_000, 1_800_000_000_001])
    await queue.put([ofUser(user, sinceMs)]);
  const [first = '', second, third] = sent.map((entries) => entries[0]?.MessageDeduplicationId);
  expect(first).toMatch(/^[A-Za-z0-9]{1,128}$/);
  expect([second === first, third === first]).toEqual([true, false]);
});
