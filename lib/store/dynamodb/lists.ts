import { inParallel } from '../../domain/in-parallel.ts';
import { DAY_MS } from '../../domain/time.ts';
import type { AppList, AppSet, DatedSet, ListItem, ListRange, Lists, PageOfList } from '../lists.ts';
import { decide } from './decide.ts';
import { expiry, type Key, listKey, pageKey, setKey } from './keys.ts';
import { type InputOf, MOST_AT_ONCE, type Row, type Table } from './table.ts';
import { ConditionFailed, REFUSED } from './write-outcome.ts';

/** A page contains items whose end has passed too, so a query reads at least this many rows, whatever the limit. */
const FEWEST_IN_PAGE = 100;
/** A row outlives its item, so that a clock that is behind misses nothing. */
const KEPT_MS = DAY_MS;

/** An app's lists in DynamoDB, a row for each item, and its sets, a row for each set. */
export class DynamoLists implements Omit<Lists, 'readDatedSet' | 'addToDatedSet' | 'removeFromDatedSet'> {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  readonly addToList = async (list: AppList, items: readonly ListItem[]): Promise<void> => {
    const lastOfEach = new Map(items.map((one) => [one.item, one]));
    await inParallel([...lastOfEach.values()], MOST_AT_ONCE, ({ item, untilMs }) =>
      this.#table.put({
        Item: { ...listKey(list, item), untilMs, ...(untilMs === 0 ? {} : expiry(untilMs + KEPT_MS)) },
      }),
    );
  };

  readonly removeFromList = async (list: AppList, items: readonly string[]): Promise<void> => {
    await inParallel(items, MOST_AT_ONCE, (item) => this.#table.delete({ Key: listKey(list, item) }));
  };

  readonly readList = async (list: AppList, range: ListRange, nowMs: number): Promise<readonly ListItem[]> => {
    const { afterItem, limit, order, beforeItem } = range;
    if (limit <= 0) return [];
    const { pk } = listKey(list, afterItem);
    const found: ListItem[] = [];
    let start: Key | undefined = afterItem === '' ? undefined : { pk, sk: afterItem };
    do {
      const page = await this.#table.query({
        KeyConditionExpression: beforeItem === undefined ? 'pk = :pk' : 'pk = :pk AND sk < :before',
        ExpressionAttributeValues: { ':pk': pk, ...(beforeItem === undefined ? {} : { ':before': beforeItem }) },
        ScanIndexForward: order !== 'descending',
        Limit: Math.max(limit, FEWEST_IN_PAGE),
        ExclusiveStartKey: start,
      });
      found.push(...page.rows.map(toListItem).filter(({ untilMs }) => untilMs === 0 || untilMs > nowMs));
      start = page.next;
    } while (start !== undefined && found.length < limit);
    return found.slice(0, limit);
  };

  readonly notePage = async (page: PageOfList, afterItem: string, expiresAtMs: number): Promise<void> => {
    // No condition: the last reader of the page before it knows best where this page begins.
    await this.#table.put({ Item: { ...pageKey(page), afterEntry: afterItem, ...expiry(expiresAtMs) } });
  };

  readonly startOfPage = async (page: PageOfList): Promise<string | undefined> => {
    const row = await this.#table.get(pageKey(page));
    return row === undefined ? undefined : String(row.afterEntry);
  };

  readonly readSet = async (set: AppSet, read?: 'consistent' | 'eventual'): Promise<readonly string[]> => {
    const row = await this.#table.get(setKey(set), read);
    return [...((row?.entries ?? []) as Iterable<string>)].sort((one, other) => (one < other ? -1 : 1));
  };

  readonly addToSet = (set: AppSet, items: readonly string[], limit: number): Promise<'added' | 'full'> =>
    decide<'added' | 'full'>(this.#table, 'add to a set', async () => {
      const before = new Set(await this.readSet(set));
      const missing = new Set(items.filter((item) => !before.has(item)));
      if (missing.size === 0) return 'added';
      if (before.size + missing.size > limit) return 'full';
      // A: read 4 of 5 -------------- add -> refused: B has filled the set, the next read says full
      // B: -------------- add -> 5
      // C: read x ------------------- add y of x and y -> refused: the set would lack x
      // D: ------- x removed
      // A: add -> done, answer lost - add -> done again, or refused: then the next read finds all of them
      const { conditions, values } = holdsAll(items.filter((item) => before.has(item)));
      const hasSpace = '(attribute_not_exists(#entries) OR size(#entries) <= :most)';
      const outcome = await this.#changeSet(set, {
        UpdateExpression: 'ADD #entries :missing',
        ConditionExpression: [hasSpace, ...conditions].join(' AND '),
        ExpressionAttributeValues: { ...values, ':missing': missing, ':most': limit - missing.size },
      });
      return outcome === 'done' ? 'added' : REFUSED;
    });

  readonly removeFromSet = async (set: AppSet, items: readonly string[]): Promise<readonly string[]> => {
    const wanted = new Set(items);
    const presentOnes = async () => (await this.readSet(set)).filter((item) => wanted.has(item));
    let present = await presentOnes();
    return decide<readonly string[]>(this.#table, 'remove from a set', async () => {
      if (present.length === 0) return [];
      // A: read x, y ---------------- remove -> refused: only y is left to remove
      // B: ------------ remove x
      // A: remove -> done, answer lost -- remove -> refused, finds none of them: counted as its own removal
      const { conditions, values } = holdsAll(present);
      const outcome = await this.#changeSet(set, {
        UpdateExpression: 'DELETE #entries :present',
        ConditionExpression: conditions.join(' AND '),
        ExpressionAttributeValues: { ...values, ':present': new Set(present) },
      });
      const left = outcome === 'done' ? [] : await presentOnes();
      if (outcome === 'done' || (outcome === 'unclear' && left.length === 0)) return present;
      present = left;
      return REFUSED;
    });
  };

  readonly deleteSet = async (set: AppSet | DatedSet): Promise<void> => {
    await this.#table.delete({ Key: setKey(set) });
  };

  async #changeSet(set: AppSet, input: Omit<InputOf<'Update'>, 'Key'>) {
    try {
      await this.#table.update({ ...input, Key: setKey(set), ExpressionAttributeNames: { '#entries': 'entries' } });
      return 'done';
    } catch (error) {
      if (!(error instanceof ConditionFailed)) throw error;
      return error.afterRetry ? 'unclear' : 'refused';
    }
  }
}

/** The condition that all of these are in the set. An expression may have 4 KB: that is enough for 100 items. */
function holdsAll(items: readonly string[]) {
  return {
    conditions: items.map((_, index) => `contains(#entries, :item${index})`),
    values: Object.fromEntries(items.map((item, index) => [`:item${index}`, item])),
  };
}

const toListItem = (row: Row): ListItem => ({ item: String(row.sk), untilMs: Number(row.untilMs) });
