import { DAY_MS } from '../../domain/time.ts';
import type { RoomId, UserId } from '../../protocol/ids.ts';
import { RENEW_AFTER_MS } from '../../protocol/limits.ts';
import type { Connection, ConnectionKey, Connections } from '../connections.ts';
import type { DueList } from '../due-list.ts';
import { roomsOnRow, toConnection } from './connection-row.ts';
import { CONNECTION_PREFIX, connectionKey, expiry, type Key, userPartition } from './keys.ts';
import { named, type Table } from './table.ts';
import { ConditionFailed, REFUSED, unlessRefused } from './write-outcome.ts';

/** How long a row is kept after the connection's life, in case the sweep has not run. */
const KEPT_MS = 7 * DAY_MS;

/** Connection rows in DynamoDB. */
export class DynamoConnections implements Connections {
  readonly #table: Table;
  readonly #dueList: Pick<DueList, 'arm'>;
  readonly #lifeMs: number;

  constructor(table: Table, dueList: Pick<DueList, 'arm'>, connectionLifeMs: number) {
    this.#table = table;
    this.#dueList = dueList;
    this.#lifeMs = connectionLifeMs;
  }

  readonly openConnection = async (connection: Connection): Promise<boolean> => {
    const { userId, connectionId, openedAtMs, leaseUntilMs } = connection;
    // The timer comes first: a crash between the two leaves a timer without a connection, never the reverse.
    await this.#dueList.arm(leaseUntilMs, [{ kind: 'connection', userId, connectionId }]);
    const expiresAtMs = openedAtMs + this.#lifeMs + KEPT_MS;
    // close: -- tombstone
    // open:  ------------- put -> refused: it is closed already
    // open:  put -> stored, answer lost -- put -> refused, finds its own row, still open: opened
    const put = this.#table.put({
      Item: {
        ...connectionKey(userId, connectionId),
        ...connection,
        ...roomsOnRow(connection.rooms, openedAtMs),
        ...expiry(expiresAtMs),
      },
      ConditionExpression: 'attribute_not_exists(pk)',
    });
    if ((await unlessRefused(put)) !== REFUSED) return true;
    const now = await this.getConnection(connection);
    return now?.openedAtMs === openedAtMs && now.closedAtMs === undefined;
  };

  readonly getConnection = async ({ userId, connectionId }: ConnectionKey): Promise<Connection | undefined> => {
    const row = await this.#table.get(connectionKey(userId, connectionId));
    return row === undefined ? undefined : toConnection(row);
  };

  readonly getConnectionEventually = async ({
    userId,
    connectionId,
  }: ConnectionKey): Promise<Connection | undefined> => {
    const row = await this.#table.get(connectionKey(userId, connectionId), 'eventual');
    return row === undefined ? undefined : toConnection(row);
  };

  readonly getConnectionsEventually = async (keys: readonly ConnectionKey[]): Promise<readonly Connection[]> => {
    const rows = await this.#table.getMany(
      keys.map(({ userId, connectionId }) => connectionKey(userId, connectionId)),
      'eventual',
    );
    return rows.map(toConnection);
  };

  readonly renewLease = async ({ userId, connectionId }: ConnectionKey, leaseUntilMs: number): Promise<boolean> => {
    // frame A: ------------- renew to 7 -> refused: 9 stays, and it is open
    // frame B: renew to 9
    // flood:   renew to 9 -- renew to 10 -> refused: too little of the lease has passed for a write
    // close:   --------------------------- closed -- renew -> refused: it is closed
    const update = this.#table.update({
      Key: connectionKey(userId, connectionId),
      UpdateExpression: 'SET #leaseUntilMs = :next',
      ConditionExpression: 'attribute_not_exists(#closedAtMs) AND #leaseUntilMs <= :renewable',
      ExpressionAttributeNames: named('leaseUntilMs', 'closedAtMs'),
      ExpressionAttributeValues: { ':renewable': leaseUntilMs - RENEW_AFTER_MS, ':next': leaseUntilMs },
    });
    if ((await unlessRefused(update)) !== REFUSED) return true;
    // An eventually consistent read is enough: the next frame finds what it misses.
    const now = await this.getConnectionEventually({ userId, connectionId });
    return now !== undefined && now.closedAtMs === undefined;
  };

  readonly connectionsOf = async (user: UserId): Promise<readonly Connection[]> => {
    return (await this.connectionsEverOf(user)).filter(({ closedAtMs }) => closedAtMs === undefined);
  };

  readonly connectionsEverOf = async (user: UserId): Promise<readonly Connection[]> => {
    const found: Connection[] = [];
    let start: Key | undefined;
    do {
      const page = await this.#table.query({
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
        ExpressionAttributeValues: { ':pk': userPartition(user), ':prefix': CONNECTION_PREFIX },
        ExclusiveStartKey: start,
      });
      found.push(...page.rows.map(toConnection));
      start = page.next;
    } while (start !== undefined);
    return found;
  };

  readonly addConnectionRoom = async (
    { userId, connectionId }: ConnectionKey,
    room: RoomId,
    nowMs: number,
    by?: 'join',
  ): Promise<Connection | undefined> => {
    const isJoin = by === 'join';
    const next = 'if_not_exists(#joins, :zero) + :one';
    // close: ------------- closed, reads the rooms: r is not among them
    // join:  -- decided -------------------------------- add r -> refused: no member row is written
    const update = this.#table.update({
      Key: connectionKey(userId, connectionId),
      UpdateExpression: isJoin
        ? `SET #addedAtMs.#room = :nowMs, #rooms.#room = ${next}, #joins = ${next}`
        : 'SET #addedAtMs.#room = :nowMs, #rooms.#room = if_not_exists(#rooms.#room, :zero)',
      ConditionExpression: 'attribute_exists(#rooms) AND attribute_not_exists(#closedAtMs)',
      ExpressionAttributeNames: {
        ...{ '#rooms': 'rooms', '#addedAtMs': 'roomsAddedAtMs', '#room': room, '#closedAtMs': 'closedAtMs' },
        ...(isJoin ? { '#joins': 'joins' } : {}),
      },
      ExpressionAttributeValues: { ':nowMs': nowMs, ':zero': 0, ...(isJoin ? { ':one': 1 } : {}) },
    });
    const row = await unlessRefused(update);
    return row === REFUSED ? undefined : toConnection(row);
  };

  readonly removeConnectionRoom = async (
    { userId, connectionId }: ConnectionKey,
    room: RoomId,
    addedBeforeMs: number,
    before?: RoomId,
  ): Promise<void> => {
    const isLater = before === undefined ? '' : ' AND #rooms.#room < #rooms.#before';
    // expiry:       -- row expired
    // leave:        ---------------- remove r -> refused: an update would create an empty row
    // join of r:    add r ----------------------------- member row written, and the Lambda dies
    // leave of r:   --------- remove r -> refused: a join that has added it may still write the member row
    // join of s:    leaves r ------------- remove r before s -> refused: r is the last one now
    // join of r:    ---------- r after s
    const update = this.#table.update({
      Key: connectionKey(userId, connectionId),
      UpdateExpression: 'REMOVE #rooms.#room, #addedAtMs.#room',
      ConditionExpression: `#addedAtMs.#room < :addedBeforeMs${isLater}`,
      ExpressionAttributeNames: {
        ...{ '#rooms': 'rooms', '#addedAtMs': 'roomsAddedAtMs', '#room': room },
        ...(before === undefined ? {} : { '#before': before }),
      },
      ExpressionAttributeValues: { ':addedBeforeMs': addedBeforeMs },
    });
    await unlessRefused(update);
  };

  readonly closeConnection = async ({ userId, connectionId }: ConnectionKey, nowMs: number): Promise<Connection> => {
    // No condition: the first close sets the time, later ones get the same row, and a close before the open leaves a
    // tombstone, which refuses the open.
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
  };

  readonly closeLapsed = async (
    { userId, connectionId }: ConnectionKey,
    nowMs: number,
    leaseUntilMs: number,
    silentSinceMs: number,
  ): Promise<Connection | undefined> => {
    // sweep: read lease 7, expired ----------------- close -> refused: a frame has renewed it
    // frame: --------------------------- renew to 9
    // close: --------------------------- closed      close -> refused: it is closed, and was noticed in time
    // sweep: close -> done, answer lost ------------ close -> refused, finds its own close: done
    try {
      const row = await this.#table.update({
        Key: connectionKey(userId, connectionId),
        UpdateExpression: 'SET #closedAtMs = :nowMs, #silentSinceMs = :silentSinceMs',
        ConditionExpression: 'attribute_not_exists(#closedAtMs) AND #leaseUntilMs = :leaseUntilMs',
        ExpressionAttributeNames: named('leaseUntilMs', 'closedAtMs', 'silentSinceMs'),
        ExpressionAttributeValues: { ':leaseUntilMs': leaseUntilMs, ':nowMs': nowMs, ':silentSinceMs': silentSinceMs },
      });
      return toConnection(row);
    } catch (error) {
      if (!(error instanceof ConditionFailed)) throw error;
      if (!error.afterRetry) return undefined;
    }
    const now = await this.getConnection({ userId, connectionId });
    return now?.closedAtMs === nowMs && now.silentSinceMs === silentSinceMs ? now : undefined;
  };

  readonly removeConnection = async ({ userId, connectionId }: ConnectionKey): Promise<void> => {
    // sweep: read, closed ----------------- delete -> done
    // sweep: read, closed -- row gone ----- delete -> refused: there is no row, or a new one with this id
    const deletion = this.#table.delete({
      Key: connectionKey(userId, connectionId),
      ConditionExpression: 'attribute_exists(#closedAtMs)',
      ExpressionAttributeNames: { '#closedAtMs': 'closedAtMs' },
    });
    await unlessRefused(deletion);
  };
}
