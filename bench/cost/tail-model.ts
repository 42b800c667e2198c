import type { TailEntry } from '../../lib/domain/room.ts';
import { isTailFull } from '../../lib/domain/sending.ts';
import { type RowSizes, readUnits, writeUnits } from './row-sizes.ts';

/** As in lib/store/dynamodb/log.ts. */
const MESSAGES_IN_ROW = 100;
const MARKED_CHARACTERS = 1_000;
const MARK_EVERY = 32;
/** A query of the log asks for this many rows first. */
const ROWS_IN_QUERY = 4;
/** What expressions remove from the tail at once. */
const REMOVED_MAX = 60;

/** The tail of a room, by the number and the sizes of its entries. */
export class TailModel {
  readonly content: string;
  readonly #rows: RowSizes;
  #entries: TailEntry[] = [];
  /** Messages that left the tail before they were delivered, and the rows of the log that have them. */
  #loggedEarly = 0;
  #rowsEarly = 0;

  constructor(rows: RowSizes, content: string) {
    this.#rows = rows;
    this.content = content;
  }

  get entries(): readonly TailEntry[] {
    return this.#entries;
  }

  get isFull(): boolean {
    return isTailFull(this.#entries);
  }

  get bytes(): number {
    const inTail = this.#entries.filter(({ message }) => message !== undefined).length;
    return this.#entries.length * this.#rows.tailEntry + inTail * this.#rows.tailContent;
  }

  push(seq: number, isInTail: boolean): void {
    const entry = { seq, id: '', sentAtMs: 0 };
    const fields = { clientMessageId: '', senderUserId: '', type: '', content: this.content, messageId: '' };
    this.#entries.push(isInTail ? { ...entry, message: { ...fields, seq, sentAtMs: 0 } } : entry);
  }

  /** How many of the newest messages have rows of their own: each is read for a unit. */
  ownRows(newest: number): number {
    return newest <= 0 ? 0 : this.#entries.slice(-newest).filter(({ message }) => message === undefined).length;
  }

  /** What reading the undelivered messages takes that are in the log already. */
  loggedUnits(undelivered: number): number {
    const logged = Math.min(this.#loggedEarly, Math.max(0, undelivered - this.#entries.length));
    const queries = Math.ceil(this.#rowsEarly / ROWS_IN_QUERY);
    [this.#loggedEarly, this.#rowsEarly] = [0, 0];
    return logged === 0 ? 0 : queries - 1 + readUnits(logged * this.#rows.logMessage);
  }

  /** Moves the tail to the log; `deliveredSeq`: up to here nobody needs to read it from there. */
  log(deliveredSeq: number): { readonly writes: number; readonly reads: number } {
    const all = this.#entries;
    const reads = this.ownRows(all.length);
    let writes = all.length - reads;
    for (let from = 0; from < all.length; from += MESSAGES_IN_ROW) {
      const row = all.slice(from, from + MESSAGES_IN_ROW);
      writes += writeUnits(this.#rows.log + row.length * this.#rows.logMessage) + this.#marks(row);
    }
    this.#entries = all.slice(REMOVED_MAX);
    const early = all.slice(0, REMOVED_MAX).filter(({ seq }) => seq > deliveredSeq).length;
    this.#loggedEarly += early;
    this.#rowsEarly += early > 0 ? 1 : 0;
    return { writes, reads };
  }

  #marks(row: readonly TailEntry[]): number {
    const isLarge = row.length * this.content.length >= MARKED_CHARACTERS;
    const isEnd = (index: number) => isLarge && (index === 0 || index === row.length - 1);
    return row.filter(({ seq }, index) => seq % MARK_EVERY === 0 || isEnd(index)).length;
  }
}
