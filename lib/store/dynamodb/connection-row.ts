import type { RoomId } from '../../protocol/ids.ts';
import type { Connection, ConnectionKey } from '../connections.ts';
import type { Row } from './table.ts';

/** A connection that was closed before it was opened has only its key and `closedAtMs`: its row is a tombstone. */
interface ConnectionRow extends ConnectionKey, Partial<Omit<Connection, 'rooms' | keyof ConnectionKey>> {
  /** The number of each room in join order. */
  readonly rooms?: Readonly<Record<string, number>>;
}

/** Rooms as the row has them: each with its number in join order and the time of its addition, and the number of joins. */
export const roomsOnRow = (rooms: readonly RoomId[], nowMs: number) => ({
  rooms: Object.fromEntries(rooms.map((room, index) => [room, index + 1])),
  roomsAddedAtMs: Object.fromEntries(rooms.map((room) => [room, nowMs])),
  joins: rooms.length,
});

/** A tombstone reads as a connection without a lease. */
export function toConnection(row: Row): Connection {
  const { connectionId, userId, openedAtMs = 0, ...stored } = row as unknown as ConnectionRow;
  return {
    connectionId,
    userId,
    device: stored.device ?? connectionId,
    loginId: stored.loginId ?? connectionId,
    openedAtMs,
    leaseUntilMs: stored.leaseUntilMs ?? 0,
    rooms: inJoinOrder(stored.rooms ?? {}),
    tokenIssuedAtMs: stored.tokenIssuedAtMs ?? 0,
    ...(stored.closedAtMs === undefined ? {} : { closedAtMs: stored.closedAtMs }),
    ...(stored.silentSinceMs === undefined ? {} : { silentSinceMs: stored.silentSinceMs }),
  };
}

function inJoinOrder(rooms: Readonly<Record<string, number>>): RoomId[] {
  const numbered = Object.entries(rooms).map(([room, order]) => ({ room: room as RoomId, order }));
  return numbered.sort((a, b) => a.order - b.order || (a.room < b.room ? -1 : 1)).map(({ room }) => room);
}
