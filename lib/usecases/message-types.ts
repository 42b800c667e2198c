import { type Outcome, unlessFull } from '../domain/outcome.ts';
import type { Deps } from './deps.ts';

/** RongCloud's limit for each of the two lists. */
export const TYPES_MAX = 20;
const FULL = `there are at most ${TYPES_MAX}`;

/** Message types that get no more than half of a room's quota, and those that no quota holds back. */
export type TypeList = 'low-priority-types' | 'allowlisted-types';

export const messageTypes = (deps: Deps, list: TypeList): Promise<readonly string[]> => deps.store.readSet(list);

/** Adds all of them or none. */
export const addMessageTypes = async (
  deps: Deps,
  list: TypeList,
  types: readonly string[],
): Promise<Outcome<'added'>> => unlessFull(await deps.store.addToSet(list, types, TYPES_MAX), FULL);

export const removeMessageTypes = async (deps: Deps, list: TypeList, types: readonly string[]): Promise<void> => {
  await deps.store.removeFromSet(list, types);
};
