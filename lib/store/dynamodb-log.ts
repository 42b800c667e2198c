import type { RoomId } from '../domain/ids.ts';
import type { StoredMessage } from '../domain/room.ts';
import type { Row, Table } from './dynamodb-table.ts';
import { expiry, type Key, logKey, logPartition, logRange } from './keys.ts';
import type { LogQuery, RoomStore } from './room-store.ts';

type Log = Pick<RoomStore, 'appendLog' | 'readLog'>;

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
    // No condition: the key names the seqs, and a seq has one content, so whoever writes it again writes the same.
    const puts = toBatches(messages).map(({ batch, firstSeq, lastSeq }) =>
      this.#table.put({
        Item: { ...logKey(room, epoch, firstSeq, lastSeq), lastSeq, messages: batch, ...expiry(expiresAtMs) },
      }),
    );
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
        if (message.seq > query.afterSeq && message.seq < query.beforeSeq) bySeq.set(message.seq, message);
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

/** Can no row after this one hold a message that belongs before the last one wanted? */
function isEnough(query: LogQuery, lastWanted: StoredMessage | undefined, lastSeqOfRow: number): boolean {
  if (lastWanted === undefined) return false;
  return query.order === 'ascending'
    ? lastSeqOfRow - (MOST_IN_ROW - 1) > lastWanted.seq
    : lastSeqOfRow <= lastWanted.seq;
}

const messagesOf = (row: Row): readonly StoredMessage[] => row.messages as readonly StoredMessage[];

function toBatches(messages: readonly StoredMessage[]) {
  const batches: { batch: StoredMessage[]; firstSeq: number; lastSeq: number; characters: number }[] = [];
  for (const message of messages) {
    const size = message.content.length;
    const open = batches.at(-1);
    if (open && open.batch.length < MOST_IN_ROW && open.characters + size <= MOST_CHARACTERS_IN_ROW) {
      open.batch.push(message);
      open.lastSeq = message.seq;
      open.characters += size;
    } else {
      batches.push({ batch: [message], firstSeq: message.seq, lastSeq: message.seq, characters: size });
    }
  }
  return batches;
}
