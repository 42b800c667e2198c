import { inParallel } from '../../domain/in-parallel.ts';
import { StoreFault } from '../room-store.ts';
import { isExpired, type Key } from './keys.ts';
import type { Operations, TableClient } from './table-client.ts';
import { AnswerLost, ConditionFailed } from './write-outcome.ts';

/** A row as DynamoDB returns it; each part of the store reads its own rows. */
export type Row = Record<string, unknown>;
/** What is given to one operation of the table. */
export type InputOf<Name extends keyof Operations> = Omit<Operations[Name]['input'], 'TableName'>;

/** What the store needs. */
export interface TableOptions {
  readonly client: TableClient;
  readonly tableName: string;
  /** How long a connection can live at most. */
  readonly connectionLifeMs: number;
  /** Over how many shards the due list is spread. */
  readonly dueShards: number;
  readonly now: () => number;
  /** Uniform in [0, 1): for revisions, and for the jitter of pauses. */
  readonly random: () => number;
  /** For the pauses between two attempts at one request. */
  readonly sleep: (pauseMs: number) => Promise<void>;
}

/** `#name` for each attribute, as expressions name it. */
export const named = (...attributes: readonly string[]): Record<string, string> =>
  Object.fromEntries(attributes.map((attribute) => [`#${attribute}`, attribute]));

const THROTTLES = new Set([
  'ProvisionedThroughputExceededException',
  'ThrottlingException',
  'RequestLimitExceeded',
  'TooManyRequestsException',
]);
const MOST_ATTEMPTS = 5;
/** The limit of BatchGetItem. */
const KEYS_IN_BATCH = 100;
/** Requests that one call of the store may have in flight. */
export const MOST_AT_ONCE = 20;
const FIRST_PAUSE_MS = 25;

/** The operations on the one table; they throw only ConditionFailed, AnswerLost and StoreFault. */
export class Table {
  readonly #client: TableClient;
  readonly #name: string;
  readonly now: () => number;
  readonly random: () => number;
  readonly #sleep: (pauseMs: number) => Promise<void>;

  constructor(options: TableOptions) {
    this.#client = options.client;
    this.#name = options.tableName;
    this.now = options.now;
    this.random = options.random;
    this.#sleep = options.sleep;
  }

  /** `eventual`: eventually consistent read, at half the price. */
  async get(key: Key, read: 'consistent' | 'eventual' = 'consistent'): Promise<Row | undefined> {
    const input = { TableName: this.#name, Key: key, ConsistentRead: read === 'consistent' };
    const { Item } = await this.#attempt('read a row', 'repeat', () => this.#client.call('Get', input));
    return Item !== undefined && !isExpired(Item, this.now()) ? Item : undefined;
  }

  /** `report-lost`: for a write whose condition may hold again after it, so that a repeat would undo other writes. */
  async put(input: InputOf<'Put'>, answer: 'repeat' | 'report-lost' = 'repeat'): Promise<void> {
    const asked = { TableName: this.#name, ...input };
    await this.#attempt('put a row', answer, () => this.#client.call('Put', asked));
  }

  /** Returns the row after the update. */
  async update(input: InputOf<'Update'>, answer: 'repeat' | 'report-lost' = 'repeat'): Promise<Row> {
    const asked = { TableName: this.#name, ReturnValues: 'ALL_NEW', ...input } as const;
    const { Attributes } = await this.#attempt('update a row', answer, () => this.#client.call('Update', asked));
    return Attributes ?? {};
  }

  /** Returns the row that it has deleted. */
  async delete(input: InputOf<'Delete'>): Promise<Row | undefined> {
    const asked = { TableName: this.#name, ReturnValues: 'ALL_OLD', ...input } as const;
    const { Attributes } = await this.#attempt('delete a row', 'repeat', () => this.#client.call('Delete', asked));
    return Attributes;
  }

  /** One page, without expired rows. */
  async query(input: InputOf<'Query'>): Promise<{ readonly rows: readonly Row[]; readonly next?: Key }> {
    const asked = { TableName: this.#name, ConsistentRead: true, ...input };
    const { Items = [], LastEvaluatedKey } = await this.#attempt('query rows', 'repeat', () =>
      this.#client.call('Query', asked),
    );
    const rows = Items.filter((row) => !isExpired(row, this.now()));
    return LastEvaluatedKey === undefined ? { rows } : { rows, next: LastEvaluatedKey as Key };
  }

  /** The rows of these keys, in any order; no key may be given twice. */
  async getMany(keys: readonly Key[], read: 'consistent' | 'eventual' = 'consistent'): Promise<readonly Row[]> {
    const batches = Array.from({ length: Math.ceil(keys.length / KEYS_IN_BATCH) }, (_, index) =>
      keys.slice(index * KEYS_IN_BATCH, (index + 1) * KEYS_IN_BATCH),
    );
    const found: Row[] = [];
    await inParallel(batches, MOST_AT_ONCE, async (batch) => {
      found.push(...(await this.#getBatch(batch, read === 'consistent')));
    });
    return found;
  }

  async #getBatch(keys: readonly Key[], ConsistentRead: boolean): Promise<readonly Row[]> {
    const rows: Row[] = [];
    let missing: Operations['BatchGet']['input']['RequestItems'] = {
      [this.#name]: { Keys: [...keys], ConsistentRead },
    };
    for (let round = 0; round < 2 * MOST_ATTEMPTS; round += 1) {
      if (round > 0) await this.pause(round);
      const asked: InputOf<'BatchGet'> = { RequestItems: missing };
      const answer: Operations['BatchGet']['output'] = await this.#attempt('read rows', 'repeat', () =>
        this.#client.call('BatchGet', asked),
      );
      rows.push(...(answer.Responses?.[this.#name] ?? []));
      missing = answer.UnprocessedKeys;
      if ((missing?.[this.#name]?.Keys?.length ?? 0) === 0) return rows.filter((row) => !isExpired(row, this.now()));
    }
    throw new StoreFault('unable to read rows; the table kept leaving some out');
  }

  /** Repeats what was certainly not applied and, if the caller recognises its own write, what may have been applied. */
  async #attempt<T>(action: string, answer: 'repeat' | 'report-lost', send: () => Promise<T>): Promise<T> {
    let lost = false;
    for (let count = 1; ; count += 1) {
      try {
        return await send();
      } catch (error) {
        const { name, status } = describe(error);
        if (name === 'ConditionalCheckFailedException') throw new ConditionFailed(lost);
        const refused = THROTTLES.has(name);
        const unclear = !refused && (status === undefined || status >= 500);
        if (unclear && answer === 'report-lost') throw new AnswerLost(`unable to ${action}; ${name}`);
        if (count === MOST_ATTEMPTS || !(refused || unclear)) throw fault(action, name, error);
        lost ||= unclear;
        await this.pause(count);
      }
    }
  }

  /** Waits before another attempt. Doubles with each one, and differs between callers, so that they do not try again together. */
  pause(count: number): Promise<void> {
    return this.#sleep(FIRST_PAUSE_MS * 2 ** Math.min(count - 1, 4) * (0.5 + this.random() / 2));
  }
}

const fault = (action: string, name: string, cause: unknown): StoreFault =>
  new StoreFault(`unable to ${action}; ${name}`, { cause });

function describe(error: unknown): { readonly name: string; readonly status: number | undefined } {
  if (!(error instanceof Error)) return { name: 'UnknownError', status: undefined };
  const metadata = '$metadata' in error ? (error.$metadata as { httpStatusCode?: number } | undefined) : undefined;
  return { name: error.name, status: metadata?.httpStatusCode };
}
