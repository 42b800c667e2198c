import type { RoomId } from '../domain/ids.ts';
import type { Connection, ConnectionKey } from './connections.ts';
import type { Row } from './dynamodb-table.ts';

/** A tombstone has no more than its key: it only says that the connection is closed. Rows of an older version have no lease. */
interface ConnectionRow extends ConnectionKey, Partial<Omit<Connection, 'rooms' | keyof ConnectionKey>> {
  readonly rooms?: Readonly<Record<string, true>>;
}

/** `lifeMs`: the longest that a connection can be alive. */
export function toConnection(row: Row, lifeMs: number): Connection {
  const { connectionId, userId, openedAtMs = 0, ...stored } = row as unknown as ConnectionRow;
  return {
    connectionId,
    userId,
    device: stored.device ?? connectionId,
    instance: stored.instance ?? connectionId,
    openedAtMs,
    leaseUntilMs: stored.leaseUntilMs ?? openedAtMs + lifeMs,
    rooms: Object.keys(stored.rooms ?? {}).sort((one, other) => (one < other ? -1 : 1)) as RoomId[],
    tokenIssuedAtMs: stored.tokenIssuedAtMs ?? 0,
    tokenExpiresAtMs: stored.tokenExpiresAtMs ?? 0,
    ...(stored.closedAtMs === undefined ? {} : { closedAtMs: stored.closedAtMs }),
    ...(stored.silentSinceMs === undefined ? {} : { silentSinceMs: stored.silentSinceMs }),
  };
}

/** The condition on the lease that `toConnection` reads, in the words of DynamoDB's expressions; false where no row is. */
export const leaseCondition = (is: '=' | '<', leaseUntilMs: number, lifeMs: number) => ({
  expression:
    `(#leaseUntilMs ${is} :leaseUntilMs OR ` +
    `(attribute_not_exists(#leaseUntilMs) AND #openedAtMs ${is} :openedAtMs))`,
  names: { '#leaseUntilMs': 'leaseUntilMs', '#openedAtMs': 'openedAtMs' },
  values: { ':leaseUntilMs': leaseUntilMs, ':openedAtMs': leaseUntilMs - lifeMs },
});
