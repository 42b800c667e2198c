/*
 * Models one DynamoDB table with the string keys `pk` and `sk`, its index, TTL on `expiresAtSec` and a stream of new and
 * old images.
 * Each call is applied at once and whole. Clock: the `now` that it gets, for the times in the stream. Chance: the
 * `staleness` that it gets decides how far behind an eventually consistent read is.
 */

import { AudienceIndex } from './audience-index.ts';
import type { CallInput, RowKey } from './call-input.ts';
import { giveMap } from './copies.ts';
import { NotModelled, ServiceError } from './errors.ts';
import { planQuery } from './query.ts';
import { planBatchGet, planGet } from './reads.ts';
import { RowVersions, type Version } from './row-versions.ts';
import { type StreamRecord, toStreamRecord } from './stream-records.ts';
import type { Plan, TableParts } from './table-parts.ts';
import { isEqual, type MapValue } from './values.ts';
import { planDelete, planPut, planUpdate } from './writes.ts';

export interface MemoryTableOptions {
  readonly tableName: string;
  /** Ms since 1970. */
  readonly now: () => number;
  /**
   * Asked once for each eventually consistent read: how many writes it is behind, of the row for Get and BatchGet, of the
   * partition for Query, be it one of the table or of the index. Without it every read sees the newest, and the table keeps no former versions.
   */
  readonly staleness?: () => number;
  /** Gets a record of each write that changes a row. */
  readonly onRecord?: (record: StreamRecord) => void;
  /** Notified of each call that is refused for what it says: a fault of the program or of this table. */
  readonly onInvalid?: (error: Error) => void;
}

/** A command of @aws-sdk/lib-dynamodb. */
export interface Command {
  readonly input: object;
}
export type CallName = keyof typeof PLANS;

const PLANS = {
  Get: planGet,
  BatchGet: planBatchGet,
  Query: planQuery,
  Put: planPut,
  Update: planUpdate,
  Delete: planDelete,
} as const satisfies Record<string, (table: TableParts, input: CallInput) => Plan>;

/** TTL does not delete a row that expired longer ago than this. */
const TTL_AGE_MAX_SEC = 5 * 365 * 86_400;

export class MemoryTable {
  readonly #options: MemoryTableOptions;
  readonly #parts: TableParts;

  constructor(options: MemoryTableOptions) {
    this.#options = options;
    this.#parts = {
      name: options.tableName,
      rows: new RowVersions(options.staleness !== undefined, options.now, Number.POSITIVE_INFINITY),
      index: new AudienceIndex(options.staleness !== undefined, options.now),
      staleness: options.staleness ?? (() => 0),
      write: (pk, sk, before, after, bytes) => this.#write(pk, sk, before, after, bytes, false),
    };
  }

  /** Applies the command and gives its output, or throws its error. */
  apply(command: Command): object {
    return this.prepare(callNameOf(command), command.input)();
  }

  /**
   * Takes a copy of the call, to be applied by each run of the result.
   * @throws what the document client throws before it sends anything
   */
  prepare(name: CallName, input: object): Plan {
    try {
      const plan = PLANS[name](this.#parts, input as CallInput);
      return () => this.#noting(plan);
    } catch (error) {
      if (!(error instanceof ServiceError || error instanceof NotModelled)) throw error;
      return () =>
        this.#noting(() => {
          throw error;
        });
    }
  }

  /**
   * Deletes as TTL does the rows past their expiry, or those of them that `isTaken` takes: TTL may take days for a row.
   * Returns how many.
   */
  expire(nowSec: number, isTaken: (key: RowKey) => boolean = () => true): number {
    const { rows } = this.#parts;
    const isPast = (atSec: unknown) => typeof atSec === 'number' && atSec < nowSec && nowSec - atSec <= TTL_AGE_MAX_SEC;
    const past = [...rows.rows()].filter(({ pk, sk, item }) => isPast(item.expiresAtSec) && isTaken({ pk, sk }));
    for (const { pk, sk } of past) this.#write(pk, sk, rows.get(pk, sk), undefined, 0, true);
    return past.length;
  }

  /** A copy of each row, for a check of the whole table. */
  *rows(): Generator<Record<string, unknown>> {
    for (const { item } of this.#parts.rows.rows()) yield giveMap(item);
  }

  #write(
    pk: string,
    sk: string,
    { item: before, bytes: bytesBefore }: Version,
    after: MapValue | undefined,
    bytes: number,
    isByTtl: boolean,
  ): number {
    if (before === after || (before !== undefined && after !== undefined && isEqual(before, after))) return 0;
    const { sequence } = this.#parts.rows.put(pk, sk, after, bytes);
    const indexUnits = this.#parts.index.follow(before, after);
    const { onRecord, now } = this.#options;
    if (onRecord === undefined) return indexUnits;
    const change = { pk, sk, before, after, bytes: bytesBefore + bytes, sequence, atMs: now(), isByTtl };
    onRecord(toStreamRecord(change));
    return indexUnits;
  }

  #noting(plan: Plan): object {
    try {
      return plan();
    } catch (error) {
      const isInvalid = error instanceof NotModelled || (error as Error).name === 'ValidationException';
      if (isInvalid) this.#options.onInvalid?.(error as Error);
      throw error;
    }
  }
}

const names = new Map<unknown, CallName>();

/** The call that a command of the document client makes. */
export function callNameOf(command: Command): CallName {
  const known = names.get(command.constructor);
  if (known !== undefined) return known;
  const name = command.constructor.name.replace(/Command$/, '');
  if (!Object.hasOwn(PLANS, name)) throw new NotModelled(`the command ${command.constructor.name}`);
  names.set(command.constructor, name as CallName);
  return name as CallName;
}
