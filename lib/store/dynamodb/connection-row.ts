import type { RoomId } from '../../protocol/ids.ts';
import type { Connection, ConnectionKey } from '../connections.ts';
import type { Row } from './table.ts';

/** A tombstone has no more than its key: it only says that the connection is closed. Rows of an older version have no lease. */
interface ConnectionRow extends ConnectionKey, Partial<Omit<Connection, 'rooms' | keyof ConnectionKey>> {
  /** The place of each in the order of the joins; an older version has `true`. */
  readonly rooms?: Readonly<Record<string, number | true>>;
}

/** How rooms stand on the row: their places, and how many were ever taken. */
export const placesOf = (rooms: readonly RoomId[]) => ({
  rooms: Object.fromEntries(rooms.map((room, index) => [room, index + 1])),
  joins: rooms.length,
});

/** `lifeMs`: the longest that a connection can be alive. */
export function toConnection(row: Row, lifeMs: number): Connection {
  const { connectionId, userId, openedAtMs = 0, ...stored } = row as unknown as ConnectionRow;
  return {
    connectionId,
    userId,
    device: stored.device ?? connectionId,
    loginId: stored.loginId ?? connectionId,
    openedAtMs,
    leaseUntilMs: stored.leaseUntilMs ?? openedAtMs + lifeMs,
    rooms: inPlace(stored.rooms ?? {}),
    tokenIssuedAtMs: stored.tokenIssuedAtMs ?? 0,
    tokenExpiresAtMs: stored.tokenExpiresAtMs ?? 0,
    ...(stored.closedAtMs === undefined ? {} : { closedAtMs: stored.closedAtMs }),
    ...(stored.silentSinceMs === undefined ? {} : { silentSinceMs: stored.silentSinceMs }),
  };
}

function inPlace(rooms: Readonly<Record<string, number | true>>): RoomId[] {
  const places = Object.entries(rooms).map(([room, place]) => ({
    room: room as RoomId,
    place: place === true ? 0 : place,
  }));
  return places.sort((a, b) => a.place - b.place || (a.room < b.room ? -1 : 1)).map(({ room }) => room);
}

/** The condition on the lease that `toConnection` reads, in the words of DynamoDB's expressions; false where no row is. */
export const leaseCondition = (is: '=' | '<=', leaseUntilMs: number, lifeMs: number) => ({
  expression:
    `(#leaseUntilMs ${is} :leaseUntilMs OR ` +
    `(attribute_not_exists(#leaseUntilMs) AND #openedAtMs ${is} :openedAtMs))`,
  names: { '#leaseUntilMs': 'leaseUntilMs', '#openedAtMs': 'openedAtMs' },
  values: { ':leaseUntilMs': leaseUntilMs, ':openedAtMs': leaseUntilMs - lifeMs },
});
