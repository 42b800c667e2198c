import type { StoredMessage } from '../../domain/room.ts';
import type { LogPage, LogQuery } from '../log.ts';
import { type Key, lastSeqOfRow, logPartition, logRange } from './keys.ts';
import type { Row, Table } from './table.ts';

/** A row spans at most this many messages, so a reader knows how far a row can reach. */
export const MOST_IN_ROW = 100;
/** Most rows hold some messages, but one row may be a whole frame: the first look must not read many of those. */
const FEWEST_ROWS = 4;
const MOST_ROWS = 64;
/** After so many queries a call ends where it has got to, even where all that it has seen was past its expiry. */
const MOST_QUERIES = 8;

/** Reads a range of a log, row by row, until what is asked for is there for certain. */
export async function readLogRange(table: Table, query: LogQuery): Promise<LogPage> {
  if (query.limit <= 0 || query.beforeSeq - query.afterSeq < 2) return { messages: [] };
  const found = new FoundMessages(query);
  const { isUp } = found;
  // Rows sort by their last seq. Upwards a later row may begin before an earlier one; downwards those that end above the
  // range may reach into it, which is seen from what is missing at its upper end.
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

/** Returns the last seq of the last row that was read, or undefined where there are no more. */
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
    // Rows past their expiry, and what lies below them is older.
    if (page.rows.length === 0 && !span.isUp) return undefined;
    const lastSeq = lastSeqOfRow(start.sk);
    if (isEnough(lastSeq) || (count >= MOST_QUERIES && found.hasGotAhead(lastSeq))) return lastSeq;
  }
}

/** As many as the rest should take, going by the rows so far. */
function rowsToRead({ limit }: LogQuery, count: number, rowsRead: number, found: number): number {
  if (count === 1) return Math.min(FEWEST_ROWS, limit + 1);
  // Nothing but rows past their expiry so far.
  if (rowsRead === 0) return MOST_ROWS;
  const perRow = Math.max(1, found / rowsRead);
  return Math.min(MOST_ROWS, Math.max(FEWEST_ROWS, Math.ceil((limit - found) / perRow) + 1));
}

/** What of a row is a message; a row that nobody can read must not keep the others from being read. */
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
  /** Of an unbroken run from the lower end of the range. */
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

  /** Rows were read up to one that ends with this seq: is what is asked for there, in whatever form, and nothing before it missing? */
  isEnough(lastSeq: number): boolean {
    return this.#cut(this.#decided(lastSeq)).isFull;
  }

  hasGotAhead(lastSeq: number): boolean {
    const readTo = this.#readTo(lastSeq);
    return this.isUp ? readTo > this.#query.afterSeq : readTo < this.#query.beforeSeq;
  }

  page(lastSeq: number | undefined): LogPage {
    const { messages, isFull } = this.#cut(lastSeq === undefined ? this.#sorted() : this.#decided(lastSeq));
    const last = messages.at(-1);
    if (isFull && last !== undefined) return { messages, readTo: last.seq };
    return lastSeq === undefined ? { messages } : { messages, readTo: this.#readTo(lastSeq) };
  }

  /**
   * Up to here no row that is still to be read can add anything. More rows may end with the same seq, and a recalled form
   * lies at its own: upwards it comes before each row that ends later, downwards after it.
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

  #cut(messages: readonly StoredMessage[]): { readonly messages: readonly StoredMessage[]; readonly isFull: boolean } {
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
