import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { WebhookEvent } from '../protocol/webhook.ts';
import type { EventQueue } from './event-queue.ts';

/** SQS takes this many messages in one call. */
const BATCH = 10;

/**
 * A FIFO queue with the room as message group. A message carries the room's events as a JSON array. No batch has two
 * messages of one room, so a later message cannot overtake one that fails. A call has at most the events of one batch of
 * the stream, 100: each has some 200 bytes, and a message may have 256 KB.
 */
export function createSqsEventQueue(options: { readonly client: SQSClient; readonly queueUrl: string }): EventQueue {
  const { client, queueUrl } = options;
  const putBatch = async (rooms: readonly (readonly WebhookEvent[])[]): Promise<void> => {
    const Entries = rooms.map((events, index) => ({
      Id: String(index),
      MessageBody: JSON.stringify(events),
      MessageGroupId: events[0]?.chatRoomId,
      // SQS ignores the same events within five minutes; the receiver recognises other repeats by their event ids.
      MessageDeduplicationId: `${events[0]?.eventId}-${events.at(-1)?.eventId}-${events.length}`,
    }));
    const { Failed = [] } = await client.send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
    const [first] = Failed;
    if (first !== undefined) throw new Error(`unable to queue the events of a room; ${first.Code}`);
  };
  return {
    put: async (events) => {
      const rooms = byRoom(events);
      for (let from = 0; from < rooms.length; from += BATCH) await putBatch(rooms.slice(from, from + BATCH));
    },
  };
}

function byRoom(events: readonly WebhookEvent[]): readonly (readonly WebhookEvent[])[] {
  const rooms = new Map<string, WebhookEvent[]>();
  for (const event of events) {
    const ofRoom = rooms.get(event.chatRoomId);
    if (ofRoom === undefined) rooms.set(event.chatRoomId, [event]);
    else ofRoom.push(event);
  }
  return [...rooms.values()];
}
