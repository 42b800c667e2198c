import { createHash } from 'node:crypto';
import { inParallel } from '../../domain/in-parallel.ts';
import { DAY_MS } from '../../domain/time.ts';
import { type ConnectionId, isConnectionId, isRoomId, isUserId, type RoomId, type UserId } from '../../protocol/ids.ts';
import { type ConnectionTimer, type DueList, FEWEST_SHARDS, type Timer, type TimerRow } from '../due-list.ts';
import { dueBound, dueKey, duePartition, dueShardOf, dueTimeOf, expiry, type Key, shardsKey } from './keys.ts';
import { MOST_AT_ONCE, named, type Row, type Table } from './table.ts';
import { unlessRefused } from './write-outcome.ts';

const TIMERS_IN_ROW = 100;
/** How long a row is kept after its time, in case the sweep does not run. */
const KEPT_MS = 30 * DAY_MS;

/** The due list in DynamoDB. A row never changes: its key contains a digest of its timers. */
export class DynamoDueList implements DueList {
  readonly #table: Table;
  readonly #shards: number;
  /** Once for each environment of a Lambda. */
  #areNoted: boolean;

  constructor(table: Table, shards: number) {
    this.#table = table;
    this.#shards = shards;
    this.#areNoted = shards <= FEWEST_SHARDS;
  }

  readonly arm = async (atMs: number, timers: readonly Timer[]): Promise<void> => {
    if (timers.length > 0) await this.#noteShards();
    await inParallel(rowsOf(timers, this.#shards), MOST_AT_ONCE, async ({ shard, names }) => {
      // sweep A: put c1, c2 ------------ the same key: one row
      // sweep B: ----------- put c1, c2
      // sweep C: ----------- put c1, c3  another key: one made of the first timer and the count would lose c2
      const key = dueKey(shard, atMs, digestOf(names));
      await this.#table.put({ Item: { ...key, timers: names, ...expiry(atMs + KEPT_MS) } });
    });
  };

  readonly mostShards = async (): Promise<number> => {
    const row = await this.#table.get(shardsKey, 'eventual');
    return Math.max(FEWEST_SHARDS, typeof row?.shards === 'number' ? row.shards : 0);
  };

  async #noteShards(): Promise<void> {
    if (this.#areNoted) return;
    // of 16: note 16 ----------- done
    // of 8:  ------------ note 8 -> refused: timers may be in all of the 16
    const update = this.#table.update({
      Key: shardsKey,
      UpdateExpression: 'SET #shards = :shards',
      ConditionExpression: 'attribute_not_exists(#shards) OR #shards < :shards',
      ExpressionAttributeNames: named('shards'),
      ExpressionAttributeValues: { ':shards': this.#shards },
    });
    await unlessRefused(update);
    this.#areNoted = true;
  }

  readonly dueRows = async (shard: number, nowMs: number, limit: number): Promise<readonly TimerRow[]> => {
    const rows: Row[] = [];
    let start: Key | undefined;
    do {
      const page = await this.#table.query({
        KeyConditionExpression: 'pk = :pk AND sk < :bound',
        ExpressionAttributeValues: { ':pk': duePartition(shard), ':bound': dueBound(nowMs) },
        ConsistentRead: false,
        Limit: limit - rows.length,
        ExclusiveStartKey: start,
      });
      rows.push(...page.rows);
      start = page.next;
    } while (start !== undefined && rows.length < limit);
    return rows.map((row) => {
      const sortKey = String(row.sk);
      return { shard, sortKey, dueAtMs: dueTimeOf(sortKey), ...timersOf(row) };
    });
  };

  readonly disarm = async ({ shard, sortKey }: TimerRow): Promise<void> => {
    await this.#table.delete({ Key: { pk: duePartition(shard), sk: sortKey }, ReturnValues: 'NONE' });
  };
}

interface NamedRow {
  readonly shard: number;
  readonly names: readonly string[];
}

/** Sorts the timers before it splits them into rows, so that equal timers make equal rows in any order. */
function rowsOf(timers: readonly Timer[], shardCount: number): readonly NamedRow[] {
  const shards = new Map<number, Set<string>>();
  for (const timer of timers) {
    const shard = dueShardOf(shardedBy(timer), shardCount);
    shards.set(shard, (shards.get(shard) ?? new Set()).add(nameOf(timer)));
  }
  return [...shards].flatMap(([shard, ofShard]) => {
    const names = [...ofShard].sort((one, other) => (one < other ? -1 : 1));
    return Array.from({ length: Math.ceil(names.length / TIMERS_IN_ROW) }, (_, index) => ({
      shard,
      names: names.slice(index * TIMERS_IN_ROW, (index + 1) * TIMERS_IN_ROW),
    }));
  });
}

const shardedBy = (timer: Timer): UserId | RoomId =>
  timer.kind === 'room' || timer.kind === 'destroyed-room' ? timer.room : timer.userId;

const digestOf = (names: readonly string[]): string =>
  createHash('sha256').update(names.join('\n')).digest('base64url');

/** A timer as text, because the keys of a map would be half of a row. Ids have no '#'. */
function nameOf(timer: Timer): string {
  switch (timer.kind) {
    case 'connection':
      return ['connection', timer.userId, timer.connectionId, ...restOf(timer)].join('#');
    case 'member':
      return `member#${timer.userId}#${timer.room}`;
    case 'room':
      return `room#${timer.room}`;
    case 'destroyed-room':
      return `destroyed-room#${timer.room}#${timer.epoch}`;
    case 'erasure':
      return `erasure#${timer.userId}#${timer.room}`;
    case 'presence':
      return `presence#${timer.userId}`;
  }
}

const FAILED = 'failed';

function restOf({ afterRoom, hasFailed }: ConnectionTimer): readonly string[] {
  if (hasFailed) return [afterRoom ?? '', FAILED];
  return afterRoom === undefined ? [] : [afterRoom];
}

/** undefined = no timer that this version knows. */
function readName(name: unknown): Timer | undefined {
  const [kind, id = '', other = '', ...rest] = typeof name === 'string' ? name.split('#') : [];
  if (kind === 'connection') return isUserId(id) && isConnectionId(other) ? readConnection(id, other, rest) : undefined;
  if (rest.length > 0) return undefined;
  if (kind === 'room') return isRoomId(id) && other === '' ? { kind, room: id } : undefined;
  if (kind === 'presence') return isUserId(id) && other === '' ? { kind, userId: id } : undefined;
  if (kind === 'destroyed-room') return isRoomId(id) && other !== '' ? { kind, room: id, epoch: other } : undefined;
  if (kind !== 'member' && kind !== 'erasure') return undefined;
  return isUserId(id) && isRoomId(other) ? { kind, userId: id, room: other } : undefined;
}

function readConnection(
  userId: UserId,
  connectionId: ConnectionId,
  [afterRoom = '', failed, ...more]: readonly string[],
): ConnectionTimer | undefined {
  if (more.length > 0 || (failed !== undefined && failed !== FAILED)) return undefined;
  if (afterRoom !== '' && !isRoomId(afterRoom)) return undefined;
  return {
    ...({ kind: 'connection', userId, connectionId } as const),
    ...(afterRoom === '' ? {} : { afterRoom }),
    ...(failed === FAILED ? { hasFailed: true } : {}),
  };
}

function timersOf({ timers }: Row): Pick<TimerRow, 'timers' | 'unreadable'> {
  if (!Array.isArray(timers) || timers.length === 0) return { timers: [], unreadable: 1 };
  const readable = timers.flatMap((name) => readName(name) ?? []);
  return { timers: readable, unreadable: timers.length - readable.length };
}
