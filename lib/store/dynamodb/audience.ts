import type { ConnectionId, UserId } from '../../protocol/ids.ts';
import type { Audience, ListedConnection, ListedOffline } from '../audience.ts';
import type { RoomLife } from '../log.ts';
import { AUDIENCE_INDEX, offlinePartition, onlineBound, onlinePartition } from './keys.ts';
import type { Row, Table } from './table.ts';

/** A page takes about 100 KB, so that its first connection does not wait for the last one. */
const MEMBERS_IN_PAGE = 1_000;
const OFFLINE_IN_PAGE = 25;
/** Each delivery reads those who are offline the longest, mostly in vain: so few cost half a unit, as nobody would. */
const OFFLINE_IN_FIRST_PAGE = 8;

interface ListedRow {
  readonly userId: UserId;
  readonly roomEpoch: string;
  readonly listedAs: string;
  readonly connections: Readonly<Record<string, { readonly device: string }>>;
  readonly offlineSeq?: number;
  readonly offlineAtMs?: number;
}

/** A room's members in the table's sparse index: DynamoDB keeps it up with each write of a member's row. */
export class DynamoAudience implements Audience {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  readonly cursorAt = (at: number): string => onlineBound(at);

  readonly listConnected = async (
    life: RoomLife,
    cursor: string,
    to: string | undefined,
  ): Promise<{ readonly connections: readonly ListedConnection[]; readonly next?: string }> => {
    const page = await this.#list(onlinePartition(life.roomId), cursor, to, MEMBERS_IN_PAGE);
    const connections = page.rows.filter(({ roomEpoch }) => roomEpoch === life.epoch).flatMap(connectionsOf);
    return { connections, ...next(page) };
  };

  readonly listOffline = async (
    life: RoomLife,
    cursor: string,
  ): Promise<{ readonly members: readonly ListedOffline[]; readonly next?: string }> => {
    const limit = cursor === '' ? OFFLINE_IN_FIRST_PAGE : OFFLINE_IN_PAGE;
    const page = await this.#list(offlinePartition(life.roomId), cursor, undefined, limit);
    const members = page.rows
      .filter(({ roomEpoch }) => roomEpoch === life.epoch)
      .map(({ userId, offlineSeq = 0, offlineAtMs = 0 }) => ({ userId, seq: offlineSeq, atMs: offlineAtMs }));
    return { members, ...next(page) };
  };

  async #list(partition: string, after: string, to: string | undefined, limit: number): Promise<Page> {
    const bounds = { ...(after === '' ? {} : { ':after': after }), ...(to === undefined ? {} : { ':to': to }) };
    const range =
      after !== '' && to !== undefined
        ? 'listedAs BETWEEN :after AND :to'
        : `listedAs ${after === '' ? '<= :to' : '> :after'}`;
    const { rows, next } = await this.#table.query({
      IndexName: AUDIENCE_INDEX,
      ConsistentRead: false,
      KeyConditionExpression: Object.keys(bounds).length === 0 ? 'listedIn = :in' : `listedIn = :in AND ${range}`,
      ExpressionAttributeValues: { ':in': partition, ...bounds },
      Limit: limit,
    });
    // BETWEEN has the cursor's own row too.
    const found = rows.map(toListedRow).filter(({ listedAs }) => listedAs > after);
    return { rows: found, isLast: next === undefined };
  }
}

interface Page {
  readonly rows: readonly ListedRow[];
  readonly isLast: boolean;
}

function next({ rows, isLast }: Page): { readonly next?: string } {
  const last = rows.at(-1);
  return isLast || last === undefined ? {} : { next: last.listedAs };
}

const toListedRow = (row: Row): ListedRow => row as unknown as ListedRow;

const connectionsOf = ({ userId, connections }: ListedRow): readonly ListedConnection[] =>
  Object.entries(connections).map(([id, { device }]) => ({ userId, connectionId: id as ConnectionId, device }));
