import { inParallel } from '../../domain/in-parallel.ts';
import { type Outcome, refused } from '../../domain/outcome.ts';
import type { AppList, ListItem, PageOfList } from '../../store/room-store.ts';
import type { Deps } from '../deps.ts';

/** How long the start of the next page is kept. */
const PAGE_KEPT_MS = 300_000;
/** A page whose start is not kept is found by counting items from the first one, up to this many. */
const COUNTED_MAX = 10_000;
const COUNTED_AT_ONCE = 1000;
/** A list may hold a few stale items: one page passes over at most this many. */
const STALE_ITEMS_MAX = 1000;
const CHECKS_IN_FLIGHT = 32;

export interface ListQuery {
  readonly list: AppList;
  readonly order?: 'descending' | undefined;
  /** The list ends before this item. */
  readonly beforeItem?: string | undefined;
  /** From 1; undefined = the first items, and no next page is asked for. */
  readonly page?: number | undefined;
  readonly size: number;
}

/**
 * A page of a list. Its end is noted, so that the next page continues after its last item, whatever was added or removed in
 * between, and costs the same however far on it is. `check` returns what an item stands for; undefined = the item is stale.
 * Refused if the start of the page is not kept and is too far on to be counted up to.
 */
export async function listPage<T>(
  deps: Deps,
  query: ListQuery,
  check: (item: ListItem) => Promise<T | undefined>,
): Promise<Outcome<readonly T[]>> {
  const start = await startOf(deps, query);
  if (start === undefined) return refused('page-too-far');
  const { found, last } = await fill(deps, query, start, check);
  const { page } = query;
  if (page !== undefined) {
    await deps.store.notePage(pageOf(query, page + 1), last, deps.now() + PAGE_KEPT_MS);
  }
  return found;
}

const pageOf = ({ list, order, size }: ListQuery, page: number): PageOfList => ({
  list,
  order: order ?? 'ascending',
  size,
  page,
});

/** The item after which the page begins; '' = it is the first page, undefined = it is too far on. */
async function startOf(deps: Deps, query: ListQuery): Promise<string | undefined> {
  const { page = 1, size } = query;
  if (page === 1) return '';
  const noted = await deps.store.startOfPage(pageOf(query, page));
  if (noted !== undefined) return noted;
  const before = (page - 1) * size;
  return before > COUNTED_MAX ? undefined : itemAt(deps, query, before);
}

/** The last of the first `count` items, or of all. */
async function itemAt(deps: Deps, query: ListQuery, count: number): Promise<string> {
  let last = '';
  for (let counted = 0; counted < count; ) {
    const limit = Math.min(COUNTED_AT_ONCE, count - counted);
    const items = await read(deps, query, last, limit);
    last = items.at(-1)?.item ?? last;
    counted += items.length;
    if (items.length < limit) break;
  }
  return last;
}

async function fill<T>(
  deps: Deps,
  query: ListQuery,
  start: string,
  check: (item: ListItem) => Promise<T | undefined>,
): Promise<{ readonly found: readonly T[]; readonly last: string }> {
  const found: T[] = [];
  let last = start;
  for (let checked = 0; found.length < query.size && checked < query.size + STALE_ITEMS_MAX; ) {
    const missing = query.size - found.length;
    const items = await read(deps, query, last, Math.max(missing, CHECKS_IN_FLIGHT));
    const taken = (await checkAll(items, check)).slice(0, missing);
    found.push(...taken.map(([, thing]) => thing));
    last = (taken.length === missing ? taken.at(-1)?.[0].item : items.at(-1)?.item) ?? last;
    checked += items.length;
    if (items.length < CHECKS_IN_FLIGHT) break;
  }
  return { found, last };
}

async function checkAll<T>(
  items: readonly ListItem[],
  check: (item: ListItem) => Promise<T | undefined>,
): Promise<readonly (readonly [ListItem, T])[]> {
  const results = new Map<ListItem, T>();
  await inParallel(items, CHECKS_IN_FLIGHT, async (item) => {
    const found = await check(item);
    if (found !== undefined) results.set(item, found);
  });
  return items.flatMap((item) => {
    const found = results.get(item);
    return found === undefined ? [] : [[item, found] as const];
  });
}

const read = (deps: Deps, query: ListQuery, afterItem: string, limit: number): Promise<readonly ListItem[]> =>
  deps.store.readList(query.list, { afterItem, limit, order: query.order, beforeItem: query.beforeItem }, deps.now());
