import type { Erasure, Erasures } from '../erasures.ts';
import { erasureKey, expiry } from './keys.ts';
import type { Row, Table } from './table.ts';

/** Erasures in DynamoDB. Each put is an event of the table's stream, whose reader continues from there. */
export class DynamoErasures implements Erasures {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  readonly putErasure = async (erasure: Erasure, expiresAtMs: number): Promise<void> => {
    // No condition: a repeat writes the same row, and a write that changes nothing makes no record in the stream.
    await this.#table.put({
      Item: { ...erasureKey(erasure.id), ...erasure, event: 'erasure', ...expiry(expiresAtMs) },
    });
  };
}

export function toErasure(row: Row): Erasure {
  const { id, userIds, atMs, afterRoom } = row as unknown as Erasure;
  return { id, userIds, atMs, afterRoom };
}
