import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { WebhookEvent } from '../protocol/webhook.ts';
import type { EventQueue } from './event-queue.ts';

/** SQS takes this many messages in one call. */
const BATCH = 10;

/**
 * A FIFO queue with the room as message group, or the user where there is none. A message carries the events of a group
 * as a JSON array. No batch has two messages of one group, so a later message cannot overtake one that fails. A call has
 * at most the events of one batch of the stream, 100: each has some 200 bytes, and a message may have 256 KB.
 */
export function createSqsEventQueue(options: { readonly client: SQSClient; readonly queueUrl: string }): EventQueue {
  const { client, queueUrl } = options;
  const putBatch = async (groups: readonly (readonly WebhookEvent[])[]): Promise<void> => {
    const Entries = groups.map((events, index) => ({
      Id: String(index),
      MessageBody: JSON.stringify(events),
      MessageGroupId: events[0] && groupOf(events[0]),
      // SQS ignores the same events within five minutes; the receiver recognises other repeats by their event ids.
      MessageDeduplicationId: idOf(events),
    }));
    const { Failed = [] } = await client.send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
    const [first] = Failed;
    if (first !== undefined) throw new Error(`unable to queue the events of a group; ${first.Code}`);
  };
  return {
    put: async (events) => {
      const groups = byGroup(events);
      for (let from = 0; from < groups.length; from += BATCH) await putBatch(groups.slice(from, from + BATCH));
    },
  };
}

/** The id of a room has no '#'. */
const groupOf = ({ chatRoomId, userIds }: WebhookEvent): string =>
  chatRoomId === '' ? `#${userIds[0] ?? ''}` : chatRoomId;

/** SQS takes 128 characters, and two ids with that of a user would be longer; of one user each event has another time. */
function idOf(events: readonly WebhookEvent[]): string {
  const [first, last] = [events[0], events.at(-1)];
  return `${first?.eventId}-${last?.chatRoomId === '' ? last.time : last?.eventId}-${events.length}`;
}

function byGroup(events: readonly WebhookEvent[]): readonly (readonly WebhookEvent[])[] {
  const groups = new Map<string, WebhookEvent[]>();
  for (const event of events) {
    const ofGroup = groups.get(groupOf(event));
    if (ofGroup === undefined) groups.set(groupOf(event), [event]);
    else ofGroup.push(event);
  }
  return [...groups.values()];
}
