import type { Deps } from './deps.ts';

/** Counts a call of this path; false = this second's limit is used up. 0 = no limit. */
export const acceptCall = async (deps: Deps, path: string, limitPerSec: number): Promise<boolean> =>
  limitPerSec === 0 || (await deps.store.countCall(path, deps.now(), limitPerSec));
