import type { Broadcast, Broadcasts } from '../broadcasts.ts';
import { broadcastKey, expiry } from './keys.ts';
import type { Row, Table } from './table.ts';

/** Messages to all rooms in DynamoDB. Each put is an event of the table's stream, whose reader continues from there. */
export class DynamoBroadcasts implements Broadcasts {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  readonly putBroadcast = async (broadcast: Broadcast, expiresAtMs: number): Promise<void> => {
    // No condition: a repeat writes the same row, and a write that changes nothing makes no record in the stream.
    await this.#table.put({
      Item: { ...broadcastKey(broadcast.id), ...broadcast, event: 'broadcast', ...expiry(expiresAtMs) },
    });
  };
}

export function toBroadcast(row: Row): Broadcast {
  const { id, fromUserId, type, content, includeSender, sentAtMs, afterRoom } = row as unknown as Broadcast;
  return { id, fromUserId, type, content, includeSender, sentAtMs, afterRoom };
}
