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
  const [one, other] = [ofUser(user, 1_800_000_000_000), ofUser(user, 1_800_000_000_001)];
  const calls = [[one], [one], [other], [one, other], [ofRoom('r1', 'a')], [ofRoom('r1', 'a'), ofRoom('r1', 'b')]];
  for (const events of calls) await queue.put(events);
  const [first, again, ...others] = sent.map((entries) => entries[0]?.MessageDeduplicationId ?? '');
  expect(again).toBe(first);
  expect(new Set([first, ...others])).toHaveProperty('size', 5);
  for (const id of [first, ...others]) expect(id).toMatch(/^[A-Za-z0-9-]{1,128}$/);
});
