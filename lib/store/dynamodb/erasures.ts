import type { Erasure, Erasures } from '../erasures.ts';
import type { WalkPut } from '../walks.ts';
import { erasureKey, expiry } from './keys.ts';
import type { Row, Table } from './table.ts';

/** Erasures in DynamoDB. A put that is to continue is an event of the table's stream, whose reader does so. */
export class DynamoErasures implements Erasures {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  readonly getErasure = async (id: string): Promise<Erasure | undefined> => {
    const row = await this.#table.get(erasureKey(id));
    return row === undefined ? undefined : toErasure(row);
  };

  readonly putErasure = async (erasure: Erasure, expiresAtMs: number, put: WalkPut): Promise<void> => {
    // No condition: a repeat writes the same row, and a write that changes nothing makes no record in the stream.
    await this.#table.put({
      Item: {
        ...erasureKey(erasure.id),
        ...erasure,
        ...(put === 'continue' && { event: 'erasure' }),
        ...expiry(expiresAtMs),
      },
    });
  };
}

export function toErasure(row: Row): Erasure {
  const { id, userIds, atMs, afterRoom, rest = [] } = row as unknown as Erasure;
  return { id, userIds, atMs, afterRoom, rest };
}
