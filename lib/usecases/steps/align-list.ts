import type { AppList } from '../../store/room-store.ts';
import type { Deps } from '../deps.ts';
import { decideOn, keptChanging } from './decide-on.ts';

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
