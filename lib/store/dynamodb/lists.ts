import type { UpdateCommandInput } from '@aws-sdk/lib-dynamodb';
import { inParallel } from '../../domain/in-parallel.ts';
import { DAY_MS } from '../../domain/time.ts';
import type { AppList, AppSet, DatedSet, ListItem, ListRange, Lists, PageOfList } from '../lists.ts';
import { StoreFault } from '../room-store.ts';
import { expiry, type Key, listKey, pageKey, setKey } from './keys.ts';
import { ConditionFailed, MOST_AT_ONCE, type Row, type Table } from './table.ts';

/** Entries whose end is over fill a page too, so a small limit does not make small pages. */
const FEWEST_IN_PAGE = 100;
/** A row outlasts its entry, so that a clock that is behind misses nothing. */
const KEPT_MS = DAY_MS;
/** Only a set that is nearly full, or loses what is being added, makes a write start anew. */
const MOST_ATTEMPTS = 10;

/** An app's lists in DynamoDB, a row for each entry, and its sets, a row for each set. */
export class DynamoLists implements Omit<Lists, 'readDatedSet' | 'addToDatedSet' | 'removeFromDatedSet'> {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  readonly addToList = async (list: AppList, entries: readonly ListItem[]): Promise<void> => {
    const lastOfEach = new Map(entries.map((one) => [one.item, one]));
    await inParallel([...lastOfEach.values()], MOST_AT_ONCE, ({ item, untilMs }) =>
      this.#table.put({
        Item: { ...listKey(list, item), untilMs, ...(untilMs === 0 ? {} : expiry(untilMs + KEPT_MS)) },
      }),
    );
  };

  readonly removeFromList = async (list: AppList, entries: readonly string[]): Promise<void> => {
    await inParallel(entries, MOST_AT_ONCE, (entry) => this.#table.delete({ Key: listKey(list, entry) }));
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
      found.push(...page.rows.map(toListEntry).filter(({ untilMs }) => untilMs === 0 || untilMs > nowMs));
      start = page.next;
    } while (start !== undefined && found.length < limit);
    return found.slice(0, limit);
  };

  readonly notePage = async (page: PageOfList, afterEntry: string, expiresAtMs: number): Promise<void> => {
    // No condition: who reads the page before it last knows best where it begins.
    await this.#table.put({ Item: { ...pageKey(page), afterEntry, ...expiry(expiresAtMs) } });
  };

  readonly startOfPage = async (page: PageOfList): Promise<string | undefined> => {
    const row = await this.#table.get(pageKey(page));
    return row === undefined ? undefined : String(row.afterEntry);
  };

  readonly readSet = async (set: AppSet): Promise<readonly string[]> => {
    const row = await this.#table.get(setKey(set));
    return [...((row?.entries ?? []) as Iterable<string>)].sort((one, other) => (one < other ? -1 : 1));
  };

  readonly addToSet = async (set: AppSet, entries: readonly string[], limit: number): Promise<'added' | 'full'> => {
    for (let count = 0; count < MOST_ATTEMPTS; count += 1) {
      const before = new Set(await this.readSet(set));
      const missing = new Set(entries.filter((entry) => !before.has(entry)));
      if (missing.size === 0) return 'added';
      if (before.size + missing.size > limit) return 'full';
      // A: read 4 of 5 -------------- add -> refused: the place is gone, the next look says full
      // B: -------------- add -> 5
      // C: read x ------------------- add y of x and y -> refused: without x it would not be all
      // D: ------- x taken out
      // A: add -> done, answer lost - add -> done once more, or refused: then the next look finds all of it
      const { conditions, values } = holdsAll(entries.filter((entry) => before.has(entry)));
      const hasRoom = '(attribute_not_exists(#entries) OR size(#entries) <= :most)';
      const outcome = await this.#changeSet(set, {
        UpdateExpression: 'ADD #entries :missing',
        ConditionExpression: [hasRoom, ...conditions].join(' AND '),
        ExpressionAttributeValues: { ...values, ':missing': missing, ':most': limit - missing.size },
      });
      if (outcome === 'done') return 'added';
    }
    throw new StoreFault('unable to add to a set; it kept changing');
  };

  readonly removeFromSet = async (set: AppSet, entries: readonly string[]): Promise<readonly string[]> => {
    const wanted = new Set(entries);
    const presentOnes = async () => (await this.readSet(set)).filter((entry) => wanted.has(entry));
    let present = await presentOnes();
    for (let count = 0; count < MOST_ATTEMPTS; count += 1) {
      if (present.length === 0) return [];
      // A: read x, y ---------------- remove -> refused: y alone is there to be removed
      // B: ------------ remove x
      // A: remove -> done, answer lost -- remove -> refused, finds nothing: taken as its own
      const { conditions, values } = holdsAll(present);
      const outcome = await this.#changeSet(set, {
        UpdateExpression: 'DELETE #entries :present',
        ConditionExpression: conditions.join(' AND '),
        ExpressionAttributeValues: { ...values, ':present': new Set(present) },
      });
      const left = outcome === 'done' ? [] : await presentOnes();
      if (outcome === 'done' || (outcome === 'unclear' && left.length === 0)) return present;
      present = left;
    }
    throw new StoreFault('unable to remove from a set; it kept changing');
  };

  readonly deleteSet = async (set: AppSet | DatedSet): Promise<void> => {
    await this.#table.delete({ Key: setKey(set) });
  };

  async #changeSet(set: AppSet, input: Omit<UpdateCommandInput, 'TableName' | 'Key'>) {
    try {
      await this.#table.update({ ...input, Key: setKey(set), ExpressionAttributeNames: { '#entries': 'entries' } });
      return 'done';
    } catch (error) {
      if (!(error instanceof ConditionFailed)) throw error;
      return error.afterRetry ? 'unclear' : 'refused';
    }
  }
}

/** All of these are in the set. An expression may have 4 KB: that is enough for 100 entries. */
function holdsAll(entries: readonly string[]) {
  return {
    conditions: entries.map((_, index) => `contains(#entries, :entry${index})`),
    values: Object.fromEntries(entries.map((entry, index) => [`:entry${index}`, entry])),
  };
}

const toListEntry = (row: Row): ListItem => ({ item: String(row.sk), untilMs: Number(row.untilMs) });
