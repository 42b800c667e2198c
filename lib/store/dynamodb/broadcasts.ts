import type { Broadcast, Broadcasts } from '../broadcasts.ts';
import type { WalkPut } from '../walks.ts';
import { broadcastKey, expiry } from './keys.ts';
import type { Row, Table } from './table.ts';

/** Messages to all rooms in DynamoDB. A put that is to continue is an event of the table's stream, whose reader does so. */
export class DynamoBroadcasts implements Broadcasts {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  readonly getBroadcast = async (id: string): Promise<Broadcast | undefined> => {
    const row = await this.#table.get(broadcastKey(id));
    return row === undefined ? undefined : toBroadcast(row);
  };

  readonly putBroadcast = async (broadcast: Broadcast, expiresAtMs: number, put: WalkPut): Promise<void> => {
    // No condition: a repeat writes the same row, and a write that changes nothing makes no record in the stream.
    await this.#table.put({
      Item: {
        ...broadcastKey(broadcast.id),
        ...broadcast,
        ...(put === 'continue' && { event: 'broadcast' }),
        ...expiry(expiresAtMs),
      },
    });
  };
}

export function toBroadcast(row: Row): Broadcast {
  const {
    id,
    fromUserId,
    type,
    content,
    includeSender,
    sentAtMs,
    afterRoom,
    rest = [],
    notice,
  } = row as unknown as Broadcast;
  const walk = { afterRoom, rest };
  return { id, fromUserId, type, content, includeSender, sentAtMs, ...walk, ...(notice !== undefined && { notice }) };
}
