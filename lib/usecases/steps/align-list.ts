import { type AppList, StoreFault } from '../../store/room-store.ts';
import { ATTEMPTS, type Deps } from '../deps.ts';

/** An entry of a list, with its end: 0 = without end. */
export interface Listed {
  readonly item: string;
  readonly untilMs: number;
}

/**
 * Makes a list say what a row says: `read` reads from the row what is to be listed, undefined = nothing. Called after each
 * write of the row, it looks again after its own write, so that of two who change the row at the same time the later
 * leaves the list right. `others`: what else may be listed of it, and is not to be.
 */
export async function alignList(
  deps: Deps,
  list: AppList,
  others: readonly string[],
  read: () => Promise<Listed | undefined>,
): Promise<void> {
  const known = new Set(others);
  let current = await read();
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const listed = current;
    if (listed !== undefined) {
      known.add(listed.item);
      await deps.store.addToList(list, [listed]);
    }
    await deps.store.removeFromList(
      list,
      [...known].filter((entry) => entry !== listed?.item),
    );
    current = await read();
    if (current?.item === listed?.item && current?.untilMs === listed?.untilMs) return;
  }
  throw new StoreFault('unable to list what was changed; it kept changing');
}
