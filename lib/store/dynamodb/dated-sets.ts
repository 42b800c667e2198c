import type { DatedItem, DatedSet, Lists } from '../lists.ts';
import { StoreFault } from '../room-store.ts';
import { setKey } from './keys.ts';
import { REFUSED, type Table, unlessRefused } from './table.ts';

/** Only a set that is nearly full, or loses what is being added, makes a write start anew. */
const MOST_ATTEMPTS = 10;

type Since = Readonly<Record<string, number>>;

/** Sets that are read by time in DynamoDB: a row each, with the time by entry. */
export class DynamoDatedSets implements Pick<Lists, 'readDatedSet' | 'addToDatedSet' | 'removeFromDatedSet'> {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  readonly readDatedSet = async (set: DatedSet): Promise<readonly DatedItem[]> => {
    const found = Object.entries((await this.#read(set)) ?? {}).map(([item, sinceMs]) => ({ item, sinceMs }));
    return found.sort((one, other) => other.sinceMs - one.sinceMs || (one.item < other.item ? -1 : 1));
  };

  readonly addToDatedSet = async (
    set: DatedSet,
    entries: readonly string[],
    limit: number,
    nowMs: number,
  ): Promise<'added' | 'full'> => {
    const wanted = [...new Set(entries)];
    for (let count = 0; count < MOST_ATTEMPTS; count += 1) {
      const before = await this.#read(set);
      const since = before ?? {};
      const missing = wanted.filter((entry) => !Object.hasOwn(since, entry));
      if (missing.length === 0) return 'added';
      if (Object.keys(since).length + missing.length > limit) return 'full';
      if (before === undefined) await this.#make(set);
      if (await this.#put(set, wanted, new Set(missing), limit, nowMs)) return 'added';
    }
    throw new StoreFault('unable to add to a set; it kept changing');
  };

  readonly removeFromDatedSet = async (set: DatedSet, entries: readonly string[]): Promise<void> => {
    const gone = [...new Set(entries)];
    if (gone.length === 0) return;
    // A: remove x -- done, answer lost -- remove x: no such thing, and nothing happens
    const update = this.#table.update({
      Key: setKey(set),
      UpdateExpression: `REMOVE ${gone.map((_, index) => `#since.#entry${index}`).join(', ')}`,
      ConditionExpression: 'attribute_exists(#since)',
      ExpressionAttributeNames: { '#since': 'since', ...namesOf(gone) },
    });
    await unlessRefused(update);
  };

  async #read(set: DatedSet): Promise<Since | undefined> {
    return (await this.#table.get(setKey(set)))?.since as Since | undefined;
  }

  /** No entry can be put where no map is. */
  async #make(set: DatedSet): Promise<void> {
    // A: make ---- x added ---- B: make -> the map stays as it is
    await this.#table.update({
      Key: setKey(set),
      UpdateExpression: 'SET #since = if_not_exists(#since, :none)',
      ExpressionAttributeNames: { '#since': 'since' },
      ExpressionAttributeValues: { ':none': {} },
    });
  }

  /** False = it has changed since it was read, or this was done before. */
  async #put(
    set: DatedSet,
    entries: readonly string[],
    missing: ReadonlySet<string>,
    limit: number,
    nowMs: number,
  ): Promise<boolean> {
    // A: read 4 of 5 -------------- put -> refused: the place is gone, the next look says full
    // B: -------------- put -> 5
    // C: read x ------------------- put y of x and y -> refused: without x it would not be all
    // D: ------- x taken out
    // A: put -> done, answer lost - put -> refused: the next look finds all of it
    const conditions = entries.map((entry, index) =>
      missing.has(entry) ? `attribute_not_exists(#since.#entry${index})` : `attribute_exists(#since.#entry${index})`,
    );
    const news = entries.flatMap((entry, index) => (missing.has(entry) ? [`#since.#entry${index} = :nowMs`] : []));
    const update = this.#table.update({
      Key: setKey(set),
      UpdateExpression: `SET ${news.join(', ')}`,
      ConditionExpression: ['attribute_exists(#since)', 'size(#since) <= :most', ...conditions].join(' AND '),
      ExpressionAttributeNames: { '#since': 'since', ...namesOf(entries) },
      ExpressionAttributeValues: { ':nowMs': nowMs, ':most': limit - missing.size },
    });
    return (await unlessRefused(update)) !== REFUSED;
  }
}

const namesOf = (entries: readonly string[]) =>
  Object.fromEntries(entries.map((entry, index) => [`#entry${index}`, entry]));
