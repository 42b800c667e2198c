import { type AppList, type ListEntry, StoreFault } from '../store/room-store.ts';
import { ATTEMPTS, type Deps } from './deps.ts';

const PAGE = 100;

/**
 * Makes a list say of one entry what the entry's own row says: `untilMs` reads that from the row, undefined = not in the
 * list. Called after each write of the row, it looks again after its own write, so that of two who change the row at the
 * same time the later leaves the list right.
 */
export async function alignList(
  deps: Deps,
  list: AppList,
  entry: string,
  untilMs: () => Promise<number | undefined>,
): Promise<void> {
  let current = await untilMs();
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const listed = current;
    if (listed === undefined) await deps.store.removeFromList(list, [entry]);
    else await deps.store.addToList(list, [{ entry, untilMs: listed }]);
    current = await untilMs();
    if (current === listed) return;
  }
  throw new StoreFault('unable to list what was changed; it kept changing');
}

/** A list from its start, page by page. */
export async function* listPages(deps: Deps, list: AppList): AsyncGenerator<readonly ListEntry[]> {
  let page: readonly ListEntry[] = [];
  do {
    page = await deps.store.readList(list, page.at(-1)?.entry ?? '', PAGE, deps.now());
    yield page;
  } while (page.length > 0);
}
