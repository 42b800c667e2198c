import { inParallel } from '../../domain/in-parallel.ts';
import { type Outcome, refused } from '../../domain/outcome.ts';
import type { AppList, ListItem, PageOfList } from '../../store/room-store.ts';
import type { Deps } from '../deps.ts';

/** How long a page is remembered to begin after the one before it. */
const PAGE_KEPT_MS = 300_000;
/** A page that nobody has come to from the one before it is counted up to, as long as it is not too far on. */
const COUNTED_MAX = 10_000;
const COUNTED_AT_ONCE = 1000;
/** A list may hold a few entries more than it should: so many are passed over for one page. */
const LOOKS_IN_VAIN_MAX = 1000;
const LOOKS_IN_FLIGHT = 32;

export interface ListQuery {
  readonly list: AppList;
  readonly order?: 'descending' | undefined;
  /** Ends there. */
  readonly beforeItem?: string | undefined;
  /** From 1; undefined = what comes first, and nothing else is asked for. */
  readonly page?: number | undefined;
  readonly size: number;
}

/**
 * A page of a list. Where it ends is noted, so that the next page goes on behind its last entry whatever was put in or
 * taken out in between, and costs the same however far on it is. `lookAt` says of an item what it stands for, undefined =
 * it should not be there. Refused where no caller has come to it page by page lately, and it is too far on to be counted up to.
 */
export async function listPage<T>(
  deps: Deps,
  query: ListQuery,
  lookAt: (entry: ListItem) => Promise<T | undefined>,
): Promise<Outcome<readonly T[]>> {
  const start = await startOf(deps, query);
  if (start === undefined) return refused('page-too-far');
  const { found, last } = await fill(deps, query, start, lookAt);
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

/** The entry after which the page begins; '' = it is the first one, undefined = it is too far on. */
async function startOf(deps: Deps, query: ListQuery): Promise<string | undefined> {
  const { page = 1, size } = query;
  if (page === 1) return '';
  const noted = await deps.store.startOfPage(pageOf(query, page));
  if (noted !== undefined) return noted;
  const before = (page - 1) * size;
  return before > COUNTED_MAX ? undefined : entryAt(deps, query, before);
}

/** The last of so many entries, or of all. */
async function entryAt(deps: Deps, query: ListQuery, count: number): Promise<string> {
  let last = '';
  for (let counted = 0; counted < count; ) {
    const limit = Math.min(COUNTED_AT_ONCE, count - counted);
    const entries = await read(deps, query, last, limit);
    last = entries.at(-1)?.item ?? last;
    counted += entries.length;
    if (entries.length < limit) break;
  }
  return last;
}

async function fill<T>(
  deps: Deps,
  query: ListQuery,
  start: string,
  lookAt: (entry: ListItem) => Promise<T | undefined>,
): Promise<{ readonly found: readonly T[]; readonly last: string }> {
  const found: T[] = [];
  let last = start;
  for (let looks = 0; found.length < query.size && looks < query.size + LOOKS_IN_VAIN_MAX; ) {
    const missing = query.size - found.length;
    const entries = await read(deps, query, last, Math.max(missing, LOOKS_IN_FLIGHT));
    const taken = (await lookAtAll(entries, lookAt)).slice(0, missing);
    found.push(...taken.map(([, thing]) => thing));
    last = (taken.length === missing ? taken.at(-1)?.[0].item : entries.at(-1)?.item) ?? last;
    looks += entries.length;
    if (entries.length < LOOKS_IN_FLIGHT) break;
  }
  return { found, last };
}

async function lookAtAll<T>(
  entries: readonly ListItem[],
  lookAt: (entry: ListItem) => Promise<T | undefined>,
): Promise<readonly (readonly [ListItem, T])[]> {
  const seen = new Map<ListItem, T>();
  await inParallel(entries, LOOKS_IN_FLIGHT, async (entry) => {
    const found = await lookAt(entry);
    if (found !== undefined) seen.set(entry, found);
  });
  return entries.flatMap((entry) => {
    const found = seen.get(entry);
    return found === undefined ? [] : [[entry, found] as const];
  });
}

const read = (deps: Deps, query: ListQuery, afterEntry: string, limit: number): Promise<readonly ListItem[]> =>
  deps.store.readList(
    query.list,
    { afterItem: afterEntry, limit, order: query.order, beforeItem: query.beforeItem },
    deps.now(),
  );
