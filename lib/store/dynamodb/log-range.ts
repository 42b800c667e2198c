import type { StoredMessage } from '../../domain/room.ts';
import type { LogPage, LogQuery } from '../log.ts';
import { type Key, lastSeqOfRow, logPartition, logRange } from './keys.ts';
import type { Row, Table } from './table.ts';

/** A row spans at most this many messages, so a reader knows how far a row can reach. */
export const MOST_IN_ROW = 100;
/** Most rows hold several messages, but one may fill a whole frame: the first query must not read many of those. */
const FEWEST_ROWS = 4;
const MOST_ROWS = 64;
/** After this many queries a call returns what it has, even if it has found only expired rows. */
const MOST_QUERIES = 8;

/** Reads a range of a log, row by row, until it certainly has what was requested. */
export async function readLogRange(table: Table, query: LogQuery): Promise<LogPage> {
  if (query.limit <= 0 || query.beforeSeq - query.afterSeq < 2) return { messages: [] };
  const found = new FoundMessages(query);
  const { isUp } = found;
  // Rows sort by their last seq. Upwards, a later row may begin before an earlier one. Downwards, a row that ends above
  // the range may reach into it: then messages are missing at the upper end of the range.
  const toLastSeq = isUp ? query.beforeSeq - 1 + MOST_IN_ROW - 1 : query.beforeSeq - 1;
  const main = await scan(table, query, { from: query.afterSeq + 1, to: toLastSeq, isUp }, found);
  const hasUpperEnd = () => found.has(query.beforeSeq - 1);
  if (!isUp && !hasUpperEnd()) {
    const above = { from: query.beforeSeq, to: query.beforeSeq - 1 + MOST_IN_ROW - 1, isUp: true };
    await scan(table, query, above, found, hasUpperEnd);
  }
  return found.page(main);
}

interface Span {
  readonly from: number;
  readonly to: number;
  readonly isUp: boolean;
}

/** Returns the last seq of the last row that was read, or undefined if there are no more rows. */
async function scan(
  table: Table,
  query: LogQuery,
  span: Span,
  found: FoundMessages,
  isEnough: (lastSeq: number) => boolean = (lastSeq) => found.isEnough(lastSeq),
): Promise<number | undefined> {
  const { from, to } = logRange(span.from, span.to);
  let start: Key | undefined;
  let rowsRead = 0;
  for (let count = 1; ; count += 1) {
    const page = await table.query({
      KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
      ExpressionAttributeValues: { ':pk': logPartition(query.roomId, query.epoch), ':from': from, ':to': to },
      ScanIndexForward: span.isUp,
      Limit: rowsToRead(query, count, rowsRead, found.size),
      ExclusiveStartKey: start,
    });
    found.add(page.rows.flatMap(messagesOf));
    rowsRead += page.rows.length;
    start = page.next;
    if (start === undefined) return undefined;
    // All these rows have expired, and the rows below them are older.
    if (page.rows.length === 0 && !span.isUp) return undefined;
    const lastSeq = lastSeqOfRow(start.sk);
    if (isEnough(lastSeq) || (count >= MOST_QUERIES && found.hasAdvanced(lastSeq))) return lastSeq;
  }
}

/** As many rows as the rest should need, estimated from the rows so far. */
function rowsToRead({ limit }: LogQuery, count: number, rowsRead: number, found: number): number {
  if (count === 1) return Math.min(FEWEST_ROWS, limit + 1);
  // Only expired rows so far.
  if (rowsRead === 0) return MOST_ROWS;
  const perRow = Math.max(1, found / rowsRead);
  return Math.min(MOST_ROWS, Math.max(FEWEST_ROWS, Math.ceil((limit - found) / perRow) + 1));
}

/** The messages of a row that can be read: an unreadable row must not block the others. */
const messagesOf = (row: Row): readonly StoredMessage[] =>
  Array.isArray(row.messages) ? row.messages.filter(isMessage) : [];

function isMessage(value: unknown): value is StoredMessage {
  if (typeof value !== 'object' || value === null) return false;
  const { seq, messageId, senderUserId, type, content, sentAtMs } = value as Partial<StoredMessage>;
  const isNumbered = Number.isSafeInteger(seq) && Number.isSafeInteger(sentAtMs);
  return isNumbered && [messageId, senderUserId, type, content].every((text) => typeof text === 'string');
}

/** The messages of a range that have been read so far. */
class FoundMessages {
  readonly isUp: boolean;
  readonly #query: LogQuery;
  readonly #bySeq = new Map<number, StoredMessage>();
  /** The last seq of the unbroken run from the lower end of the range. */
  #runEnd: number;

  constructor(query: LogQuery) {
    this.#query = query;
    this.isUp = query.order === 'ascending';
    this.#runEnd = query.afterSeq;
  }

  get size(): number {
    return this.#bySeq.size;
  }

  has(seq: number): boolean {
    return this.#bySeq.has(seq);
  }

  add(messages: readonly StoredMessage[]): void {
    const { afterSeq, beforeSeq } = this.#query;
    for (const message of messages) {
      const isWanted = message.seq > afterSeq && message.seq < beforeSeq;
      if (isWanted && !this.#bySeq.get(message.seq)?.recalled) this.#bySeq.set(message.seq, message);
    }
    while (this.#bySeq.has(this.#runEnd + 1)) this.#runEnd += 1;
  }

  /** Whether the rows up to one that ends with this seq have all that was requested, in either form, without gaps. */
  isEnough(lastSeq: number): boolean {
    return this.#truncate(this.#decided(lastSeq)).isFull;
  }

  hasAdvanced(lastSeq: number): boolean {
    const readTo = this.#readTo(lastSeq);
    return this.isUp ? readTo > this.#query.afterSeq : readTo < this.#query.beforeSeq;
  }

  page(lastSeq: number | undefined): LogPage {
    const { messages, isFull } = this.#truncate(lastSeq === undefined ? this.#sorted() : this.#decided(lastSeq));
    const last = messages.at(-1);
    if (isFull && last !== undefined) return { messages, readTo: last.seq };
    return lastSeq === undefined ? { messages } : { messages, readTo: this.#readTo(lastSeq) };
  }

  /**
   * Up to here no unread row can add anything. More rows may end with the same seq, and a recalled form sorts by its
   * own seq: upwards it comes before each row that ends later, downwards after it.
   */
  #readTo(lastSeq: number): number {
    return this.isUp ? Math.max(Math.min(this.#runEnd, lastSeq - 1), lastSeq - MOST_IN_ROW) : lastSeq + 1;
  }

  #decided(lastSeq: number): readonly StoredMessage[] {
    const readTo = this.#readTo(lastSeq);
    return this.#sorted().filter(({ seq }) => (this.isUp ? seq <= readTo : seq >= readTo));
  }

  #sorted(): readonly StoredMessage[] {
    const direction = this.isUp ? 1 : -1;
    return [...this.#bySeq.values()].sort((one, other) => direction * (one.seq - other.seq));
  }

  #truncate(messages: readonly StoredMessage[]): {
    readonly messages: readonly StoredMessage[];
    readonly isFull: boolean;
  } {
    const { limit, charactersMax } = this.#query;
    let characters = 0;
    const kept: StoredMessage[] = [];
    for (const message of messages) {
      kept.push(message);
      characters += message.content.length;
      if (kept.length === limit || characters >= charactersMax) return { messages: kept, isFull: true };
    }
    return { messages: kept, isFull: false };
  }
}
