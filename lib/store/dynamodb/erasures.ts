import type { Erasure, Erasures } from '../erasures.ts';
import { erasureKey, expiry } from './keys.ts';
import type { Row, Table } from './table.ts';

/** Deletions of users in DynamoDB. Each put is news of the table's stream, and whoever reads it goes on from there. */
export class DynamoErasures implements Erasures {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  readonly putErasure = async (erasure: Erasure, expiresAtMs: number): Promise<void> => {
    // No condition: a repeat writes the same, and what changes nothing is no record of the stream.
    await this.#table.put({
      Item: { ...erasureKey(erasure.id), ...erasure, event: 'erasure', ...expiry(expiresAtMs) },
    });
  };
}

export function toErasure(row: Row): Erasure {
  const { id, userIds, atMs, afterRoom } = row as unknown as Erasure;
  return { id, userIds, atMs, afterRoom };
}
