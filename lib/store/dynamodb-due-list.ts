import { inParallel } from '../domain/in-parallel.ts';
import { DAY_MS } from '../domain/time.ts';
import { type ConnectionId, isConnectionId, isRoomId, isUserId, type UserId } from '../protocol/ids.ts';
import type { ConnectionEntry, DueEntry, DueList, DueRow } from './due-list.ts';
import { MOST_AT_ONCE, type Row, type Table } from './dynamodb-table.ts';
import { dueBound, dueKey, duePartition, dueShardOf, dueTimeOf, expiry, type Key } from './keys.ts';

const ENTRIES_IN_ROW = 100;
/** How long after its time a row waits for a sweep that stands still. */
const KEPT_MS = 30 * DAY_MS;

/** The due list in DynamoDB. A row never changes: what it holds names it. */
export class DynamoDueList implements DueList {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  async arm(atMs: number, entries: readonly DueEntry[]): Promise<void> {
    await inParallel(rowsOf(entries), MOST_AT_ONCE, async ({ shard, names }) => {
      // sweep A: put c1, c2 ------------ the same key: one row
      // sweep B: ----------- put c1, c2
      // sweep C: ----------- put c1, c3  another key: a row that began alike and was as long would lose c2
      const key = dueKey(shard, atMs, await digestOf(names));
      await this.#table.put({ Item: { ...key, entries: names, ...expiry(atMs + KEPT_MS) } });
    });
  }

  async dueRows(shard: number, nowMs: number, limit: number): Promise<readonly DueRow[]> {
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
      const place = String(row.sk);
      return { shard, place, dueAtMs: dueTimeOf(place), ...entriesOf(row) };
    });
  }

  async disarm({ shard, place }: DueRow): Promise<void> {
    await this.#table.delete({ Key: { pk: duePartition(shard), sk: place } });
  }
}

interface NamedRow {
  readonly shard: number;
  readonly names: readonly string[];
}

/** Sorted before they are cut into rows, so that equal entries make equal rows in whatever order they come. */
function rowsOf(entries: readonly DueEntry[]): readonly NamedRow[] {
  const shards = new Map<number, Set<string>>();
  for (const entry of entries) {
    const shard = dueShardOf(entry.kind === 'room' ? entry.room : entry.userId);
    shards.set(shard, (shards.get(shard) ?? new Set()).add(nameOf(entry)));
  }
  return [...shards].flatMap(([shard, ofShard]) => {
    const names = [...ofShard].sort((one, other) => (one < other ? -1 : 1));
    return Array.from({ length: Math.ceil(names.length / ENTRIES_IN_ROW) }, (_, index) => ({
      shard,
      names: names.slice(index * ENTRIES_IN_ROW, (index + 1) * ENTRIES_IN_ROW),
    }));
  });
}

async function digestOf(names: readonly string[]): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(names.join('\n')));
  return Buffer.from(digest).toString('base64url');
}

/** An entry as text, because the words of a map would be half of a row. Ids have no '#'. */
function nameOf(entry: DueEntry): string {
  switch (entry.kind) {
    case 'connection':
      return ['connection', entry.userId, entry.connectionId, ...restOf(entry)].join('#');
    case 'member':
      return `member#${entry.userId}#${entry.room}`;
    case 'room':
      return `room#${entry.room}`;
    case 'erasure':
      return `erasure#${entry.userId}#${entry.room}`;
  }
}

const FAILED = 'failed';

function restOf({ afterRoom, hasFailed }: ConnectionEntry): readonly string[] {
  if (hasFailed) return [afterRoom ?? '', FAILED];
  return afterRoom === undefined ? [] : [afterRoom];
}

/** undefined = it names nothing that this version knows. */
function readName(name: unknown): DueEntry | undefined {
  const [kind, id = '', other = '', ...rest] = typeof name === 'string' ? name.split('#') : [];
  if (kind === 'connection') return isUserId(id) && isConnectionId(other) ? readConnection(id, other, rest) : undefined;
  if (rest.length > 0) return undefined;
  if (kind === 'room') return isRoomId(id) && other === '' ? { kind, room: id } : undefined;
  if (kind !== 'member' && kind !== 'erasure') return undefined;
  return isUserId(id) && isRoomId(other) ? { kind, userId: id, room: other } : undefined;
}

function readConnection(
  userId: UserId,
  connectionId: ConnectionId,
  [afterRoom = '', failed, ...more]: readonly string[],
): ConnectionEntry | undefined {
  if (more.length > 0 || (failed !== undefined && failed !== FAILED)) return undefined;
  if (afterRoom !== '' && !isRoomId(afterRoom)) return undefined;
  return {
    ...({ kind: 'connection', userId, connectionId } as const),
    ...(afterRoom === '' ? {} : { afterRoom }),
    ...(failed === FAILED ? { hasFailed: true } : {}),
  };
}

function entriesOf({ entries, userId, connectionId }: Row): Pick<DueRow, 'entries' | 'poisoned'> {
  // A row of an older version is the one entry itself.
  const isOlder = typeof userId === 'string' && typeof connectionId === 'string';
  const names = isOlder ? [`connection#${userId}#${connectionId}`] : entries;
  if (!Array.isArray(names) || names.length === 0) return { entries: [], poisoned: 1 };
  const readable = names.flatMap((name) => readName(name) ?? []);
  return { entries: readable, poisoned: names.length - readable.length };
}
