import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { WebhookEvent } from '../protocol/webhook.ts';
import type { EventQueue } from './event-queue.ts';

/** As many as SQS takes in one call. */
const BATCH = 10;
/** Events of one room in one message: some 200 bytes each, of the 256 KB that a message may have. */
const EVENTS_IN_MESSAGE = 500;

/**
 * A FIFO queue with the room as message group. A message carries the room's events as a JSON array; no batch has two
 * messages of a room, so one that fails cannot be overtaken by what comes after it.
 */
export function createSqsEventQueue(options: { readonly client: SQSClient; readonly queueUrl: string }): EventQueue {
  const { client, queueUrl } = options;
  const putBatch = async (rooms: readonly (readonly WebhookEvent[])[]): Promise<void> => {
    const Entries = rooms.map((events, index) => ({
      Id: String(index),
      MessageBody: JSON.stringify(events),
      MessageGroupId: events[0]?.chatRoomId,
      // The same events once more within five minutes are kept out; other repeats the receiver knows by their ids.
      MessageDeduplicationId: `${events[0]?.eventId}-${events.at(-1)?.eventId}-${events.length}`,
    }));
    const { Failed = [] } = await client.send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
    const [first] = Failed;
    if (first !== undefined) throw new Error(`unable to put the events of a room into the queue; ${first.Code}`);
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
  return [...rooms.values()].flatMap((ofRoom) =>
    Array.from({ length: Math.ceil(ofRoom.length / EVENTS_IN_MESSAGE) }, (_, part) =>
      ofRoom.slice(part * EVENTS_IN_MESSAGE, (part + 1) * EVENTS_IN_MESSAGE),
    ),
  );
}
