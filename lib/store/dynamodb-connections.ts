import type { ConnectionId, RoomId, UserId } from '../domain/ids.ts';
import type { Connection, ConnectionKey, Connections, DueConnection } from './connections.ts';
import { ConditionFailed, type Row, type Table } from './dynamodb-table.ts';
import {
  CONNECTION_PREFIX,
  connectionKey,
  DUE_SHARDS,
  dueBound,
  dueKey,
  duePartition,
  expiry,
  type Key,
  userPartition,
} from './keys.ts';

/** A tombstone has no more than its key: it only says that the connection is closed. */
interface ConnectionRow extends ConnectionKey, Partial<Omit<Connection, 'rooms' | keyof ConnectionKey>> {
  readonly rooms?: Readonly<Record<string, true>>;
}

/** How long after a connection's life its rows wait for a sweep that may have stood still. */
const KEPT_MS = 7 * 24 * 3600 * 1000;

/** Connection rows and the due list in DynamoDB. */
export class DynamoConnections implements Connections {
  readonly #table: Table;
  readonly #lifeMs: number;

  constructor(table: Table, connectionLifeMs: number) {
    this.#table = table;
    this.#lifeMs = connectionLifeMs;
  }

  async openConnection(connection: Connection): Promise<boolean> {
    const { userId, connectionId, openedAtMs } = connection;
    const dueAtMs = openedAtMs + this.#lifeMs;
    // The due entry comes first: a crash between the two leaves an entry without a connection, never the reverse.
    await this.#table.put({
      Item: { ...dueKey(dueAtMs, connectionId), userId, connectionId, dueAtMs, ...expiry(dueAtMs + KEPT_MS) },
    });
    const rooms = Object.fromEntries(connection.rooms.map((room) => [room, true]));
    // close: -- tombstone
    // open:  ------------- put -> refused: it is gone already
    // open:  put -> stored, answer lost -- put -> refused, finds its own row, still open: opened
    try {
      await this.#table.put({
        Item: { ...connectionKey(userId, connectionId), ...connection, rooms, ...expiry(dueAtMs + KEPT_MS) },
        ConditionExpression: 'attribute_not_exists(pk)',
      });
      return true;
    } catch (error) {
      if (!(error instanceof ConditionFailed)) throw error;
    }
    const now = await this.getConnection(connection);
    return now?.openedAtMs === openedAtMs && now.closedAtMs === undefined;
  }

  async getConnection({ userId, connectionId }: ConnectionKey): Promise<Connection | undefined> {
    const row = await this.#table.get(connectionKey(userId, connectionId));
    return row === undefined ? undefined : toConnection(row);
  }

  async connectionsOf(user: UserId): Promise<readonly Connection[]> {
    const open: Connection[] = [];
    let start: Key | undefined;
    do {
      const page = await this.#table.query({
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
        ExpressionAttributeValues: { ':pk': userPartition(user), ':prefix': CONNECTION_PREFIX },
        ExclusiveStartKey: start,
      });
      open.push(...page.rows.map(toConnection).filter((connection) => connection.closedAtMs === undefined));
      start = page.next;
    } while (start !== undefined);
    return open;
  }

  async addConnectionRoom({ userId, connectionId }: ConnectionKey, room: RoomId): Promise<Connection | undefined> {
    // close: ------------- closed, reads the rooms: r is not among them
    // join:  -- decided -------------------------------- add r -> refused: no member row is written
    try {
      const row = await this.#table.update({
        Key: connectionKey(userId, connectionId),
        UpdateExpression: 'SET #rooms.#room = :true',
        ConditionExpression: 'attribute_exists(#rooms) AND attribute_not_exists(#closedAtMs)',
        ExpressionAttributeNames: { '#rooms': 'rooms', '#room': room, '#closedAtMs': 'closedAtMs' },
        ExpressionAttributeValues: { ':true': true },
      });
      return toConnection(row);
    } catch (error) {
      if (error instanceof ConditionFailed) return undefined;
      throw error;
    }
  }

  async removeConnectionRoom({ userId, connectionId }: ConnectionKey, room: RoomId): Promise<void> {
    // expiry: -- row gone
    // leave:  ------------- remove r -> refused: an update would make an empty row of it
    try {
      await this.#table.update({
        Key: connectionKey(userId, connectionId),
        UpdateExpression: 'REMOVE #rooms.#room',
        ConditionExpression: 'attribute_exists(#rooms)',
        ExpressionAttributeNames: { '#rooms': 'rooms', '#room': room },
      });
    } catch (error) {
      if (!(error instanceof ConditionFailed)) throw error;
    }
  }

  async closeConnection({ userId, connectionId }: ConnectionKey, nowMs: number): Promise<Connection> {
    // No condition: whoever comes first sets the time, everyone later gets the same row, and a close that comes before
    // the open leaves what refuses it.
    const row = await this.#table.update({
      Key: connectionKey(userId, connectionId),
      UpdateExpression:
        'SET #closedAtMs = if_not_exists(#closedAtMs, :nowMs), #userId = :userId, #connectionId = :connectionId, ' +
        '#expiresAtSec = if_not_exists(#expiresAtSec, :expiresAtSec)',
      ExpressionAttributeNames: {
        '#closedAtMs': 'closedAtMs',
        '#userId': 'userId',
        '#connectionId': 'connectionId',
        '#expiresAtSec': 'expiresAtSec',
      },
      ExpressionAttributeValues: {
        ':nowMs': nowMs,
        ':userId': userId,
        ':connectionId': connectionId,
        ':expiresAtSec': expiry(nowMs + this.#lifeMs + KEPT_MS).expiresAtSec,
      },
    });
    return toConnection(row);
  }

  async settleConnection(connection: Connection): Promise<void> {
    // A tombstone never was open; an entry that its refused open has left is the sweep's.
    if (connection.openedAtMs === 0) return;
    const { userId, connectionId, openedAtMs } = connection;
    await this.clearDue({ userId, connectionId, dueAtMs: openedAtMs + this.#lifeMs });
  }

  async clearDue(due: DueConnection): Promise<void> {
    await this.#table.delete({ Key: dueKey(due.dueAtMs, due.connectionId) });
  }

  /** Dueness is what the entry says, so its time is trusted over the row's. */
  async dueConnections(nowMs: number, limit: number): Promise<readonly DueConnection[]> {
    const shards = Array.from({ length: DUE_SHARDS }, (_, shard) =>
      this.#table.query({
        KeyConditionExpression: 'pk = :pk AND sk < :bound',
        ExpressionAttributeValues: { ':pk': duePartition(shard), ':bound': dueBound(nowMs) },
        Limit: limit,
      }),
    );
    const rows = (await Promise.all(shards)).flatMap((page) => page.rows);
    const oldestFirst = rows.sort((one, other) => (String(one.sk) < String(other.sk) ? -1 : 1));
    return oldestFirst.slice(0, limit).map((row) => ({
      userId: row.userId as UserId,
      connectionId: row.connectionId as ConnectionId,
      dueAtMs: Number(row.dueAtMs),
    }));
  }
}

function toConnection(row: Row): Connection {
  const stored = row as unknown as ConnectionRow;
  return {
    connectionId: stored.connectionId,
    userId: stored.userId,
    openedAtMs: stored.openedAtMs ?? 0,
    rooms: Object.keys(stored.rooms ?? {}).sort((one, other) => (one < other ? -1 : 1)) as RoomId[],
    tokenIssuedAtMs: stored.tokenIssuedAtMs ?? 0,
    tokenExpiresAtMs: stored.tokenExpiresAtMs ?? 0,
    ...(stored.closedAtMs === undefined ? {} : { closedAtMs: stored.closedAtMs }),
  };
}
