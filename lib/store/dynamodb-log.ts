import type { RoomId } from '../domain/ids.ts';
import type { StoredMessage } from '../domain/room.ts';
import type { Row, Table } from './dynamodb-table.ts';
import { expiry, type Key, logKey, logPartition, logRange, recalledLogKey } from './keys.ts';
import type { Log, LogQuery } from './log.ts';

/** A row spans at most this many messages, so a reader knows how far a row can reach. */
const MOST_IN_ROW = 100;
/** An item may have 400 KB, and a character up to 3 bytes. */
const MOST_CHARACTERS_IN_ROW = 100_000;
const MOST_ROWS_IN_PAGE = 100;

/** The rooms' history in DynamoDB: several messages a row; rows of different writers may overlap. */
export class DynamoLog implements Log {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  async appendLog(room: RoomId, epoch: string, messages: readonly StoredMessage[], expiresAtMs: number): Promise<void> {
    // No condition: the key names the seqs and the form, and a seq has one content in each form, so whoever writes it
    // again writes the same, and whoever comes late with the plain form leaves the recalled one alone.
    const puts = toBatches(messages).map(({ batch, firstSeq, lastSeq, recalled }) => {
      const key = recalled ? recalledLogKey(room, epoch, lastSeq) : logKey(room, epoch, firstSeq, lastSeq);
      return this.#table.put({ Item: { ...key, lastSeq, messages: batch, ...expiry(expiresAtMs) } });
    });
    await Promise.all(puts);
  }

  async readLog(query: LogQuery): Promise<readonly StoredMessage[]> {
    const bySeq = new Map<number, StoredMessage>();
    const direction = query.order === 'ascending' ? 1 : -1;
    const sorted = () => [...bySeq.values()].sort((one, other) => direction * (one.seq - other.seq));
    let start: Key | undefined;
    if (query.limit <= 0 || query.beforeSeq - query.afterSeq < 2) return [];
    do {
      const page = await this.#page(query, start);
      for (const message of page.rows.flatMap(messagesOf)) {
        const isWanted = message.seq > query.afterSeq && message.seq < query.beforeSeq;
        if (isWanted && !bySeq.get(message.seq)?.recalled) bySeq.set(message.seq, message);
      }
      start = page.next;
      const last = page.next === undefined ? undefined : Number.parseInt(page.next.sk, 10);
      if (last !== undefined && isEnough(query, sorted()[query.limit - 1], last)) break;
    } while (start !== undefined);
    return sorted().slice(0, query.limit);
  }

  #page(query: LogQuery, start: Key | undefined) {
    const { from, to } = logRange(query.afterSeq + 1, query.beforeSeq - 1 + MOST_IN_ROW - 1);
    return this.#table.query({
      KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
      ExpressionAttributeValues: { ':pk': logPartition(query.room, query.epoch), ':from': from, ':to': to },
      ScanIndexForward: query.order === 'ascending',
      Limit: Math.min(query.limit + 1, MOST_ROWS_IN_PAGE),
      ExclusiveStartKey: start,
    });
  }
}

/** Can no row after this one hold the last one wanted, in whatever form, or one that belongs before it? */
function isEnough(query: LogQuery, lastWanted: StoredMessage | undefined, lastSeqOfRow: number): boolean {
  if (lastWanted === undefined) return false;
  return query.order === 'ascending'
    ? lastSeqOfRow - (MOST_IN_ROW - 1) > lastWanted.seq
    : lastSeqOfRow < lastWanted.seq;
}

const messagesOf = (row: Row): readonly StoredMessage[] => row.messages as readonly StoredMessage[];

interface Batch {
  readonly batch: StoredMessage[];
  readonly firstSeq: number;
  lastSeq: number;
  characters: number;
  /** Then it is the only one in its row. */
  readonly recalled: boolean;
}

function toBatches(messages: readonly StoredMessage[]): readonly Batch[] {
  const batches: Batch[] = [];
  for (const message of messages) {
    const { seq, content, recalled = false } = message;
    const open = batches.at(-1);
    if (open !== undefined && !recalled && hasSpace(open, content.length)) {
      open.batch.push(message);
      open.lastSeq = seq;
      open.characters += content.length;
    } else {
      batches.push({ batch: [message], firstSeq: seq, lastSeq: seq, characters: content.length, recalled });
    }
  }
  return batches;
}

const hasSpace = ({ recalled, batch, characters }: Batch, added: number): boolean =>
  !recalled && batch.length < MOST_IN_ROW && characters + added <= MOST_CHARACTERS_IN_ROW;
