import type { AppList, ListItem } from '../../store/room-store.ts';
import type { Deps } from '../deps.ts';
import { decideOn, keptChanging } from './decide-on.ts';

/**
 * Makes a list agree with a row. `read` reads from the row what the list must hold, undefined = nothing. Called after each
 * write of the row; it reads the row again after its own write, so that of two callers that change the row concurrently
 * the later one leaves the list correct. `others`: items that may be listed for the row, and must not be.
 */
export async function alignList(
  deps: Deps,
  list: AppList,
  others: readonly string[],
  read: () => Promise<ListItem | undefined>,
): Promise<void> {
  const known = new Set(others);
  let current = await read();
  const align = async () => {
    const listed = current;
    if (listed !== undefined) {
      known.add(listed.item);
      await deps.store.addToList(list, [listed]);
    }
    await deps.store.removeFromList(
      list,
      [...known].filter((item) => item !== listed?.item),
    );
    current = await read();
    return current?.item === listed?.item && current?.untilMs === listed?.untilMs ? undefined : 'conflict';
  };
  await decideOn(deps, align, keptChanging('align the list'));
}
