import type { DatedItem, DatedSet, Lists } from '../lists.ts';
import { decide } from './decide.ts';
import { setKey } from './keys.ts';
import type { Table } from './table.ts';
import { REFUSED, unlessRefused } from './write-outcome.ts';

type Since = Readonly<Record<string, number>>;

/** Sets that are read by time in DynamoDB: a row for each set, with the time by item. */
export class DynamoDatedSets implements Pick<Lists, 'readDatedSet' | 'addToDatedSet' | 'removeFromDatedSet'> {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  readonly readDatedSet = async (set: DatedSet): Promise<readonly DatedItem[]> => {
    const found = Object.entries((await this.#read(set)) ?? {}).map(([item, sinceMs]) => ({ item, sinceMs }));
    return found.sort((one, other) => other.sinceMs - one.sinceMs || (one.item < other.item ? -1 : 1));
  };

  readonly addToDatedSet = (
    set: DatedSet,
    items: readonly string[],
    limit: number,
    nowMs: number,
  ): Promise<'added' | 'full'> => {
    const wanted = [...new Set(items)];
    return decide<'added' | 'full'>(this.#table, 'add to a set', async () => {
      const before = await this.#read(set);
      const since = before ?? {};
      const missing = wanted.filter((item) => !Object.hasOwn(since, item));
      if (missing.length === 0) return 'added';
      if (Object.keys(since).length + missing.length > limit) return 'full';
      if (before === undefined) await this.#make(set);
      return (await this.#put(set, wanted, new Set(missing), limit, nowMs)) ? 'added' : REFUSED;
    });
  };

  readonly removeFromDatedSet = async (set: DatedSet, items: readonly string[]): Promise<void> => {
    const removed = [...new Set(items)];
    if (removed.length === 0) return;
    // A: remove x -- done, answer lost -- remove x: it is not there, nothing happens
    const update = this.#table.update({
      Key: setKey(set),
      UpdateExpression: `REMOVE ${removed.map((_, index) => `#since.#item${index}`).join(', ')}`,
      ConditionExpression: 'attribute_exists(#since)',
      ExpressionAttributeNames: { '#since': 'since', ...namesOf(removed) },
    });
    await unlessRefused(update);
  };

  async #read(set: DatedSet): Promise<Since | undefined> {
    return (await this.#table.get(setKey(set)))?.since as Since | undefined;
  }

  /** DynamoDB sets a key only in a map that exists. */
  async #make(set: DatedSet): Promise<void> {
    // A: make ---- x added ---- B: make -> the map stays as it is
    await this.#table.update({
      Key: setKey(set),
      UpdateExpression: 'SET #since = if_not_exists(#since, :none)',
      ExpressionAttributeNames: { '#since': 'since' },
      ExpressionAttributeValues: { ':none': {} },
    });
  }

  /** False = the set has changed since the read, or this write was already made. */
  async #put(
    set: DatedSet,
    items: readonly string[],
    missing: ReadonlySet<string>,
    limit: number,
    nowMs: number,
  ): Promise<boolean> {
    // A: read 4 of 5 -------------- put -> refused: B has filled the set, the next read says full
    // B: -------------- put -> 5
    // C: read x ------------------- put y of x and y -> refused: the set would lack x
    // D: ------- x removed
    // A: put -> done, answer lost - put -> refused, the next read finds all of them
    const conditions = items.map((item, index) =>
      missing.has(item) ? `attribute_not_exists(#since.#item${index})` : `attribute_exists(#since.#item${index})`,
    );
    const additions = items.flatMap((item, index) => (missing.has(item) ? [`#since.#item${index} = :nowMs`] : []));
    const update = this.#table.update({
      Key: setKey(set),
      UpdateExpression: `SET ${additions.join(', ')}`,
      ConditionExpression: ['attribute_exists(#since)', 'size(#since) <= :most', ...conditions].join(' AND '),
      ExpressionAttributeNames: { '#since': 'since', ...namesOf(items) },
      ExpressionAttributeValues: { ':nowMs': nowMs, ':most': limit - missing.size },
    });
    return (await unlessRefused(update)) !== REFUSED;
  }
}

const namesOf = (items: readonly string[]) => Object.fromEntries(items.map((item, index) => [`#item${index}`, item]));
