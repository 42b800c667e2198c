import { type Outcome, unlessFull } from '../domain/outcome.ts';
import type { Deps } from './deps.ts';

/** RongCloud's limit for each of the two lists. */
export const TYPES_MAX = 20;
const FULL = `there are at most ${TYPES_MAX}`;

/** Message types that get no more than half of a room's quota. */
export const lowPriorityTypes = (deps: Deps): Promise<readonly string[]> => deps.store.readSet('low-priority-types');

/** Adds all of them or none. */
export const addLowPriorityTypes = async (deps: Deps, types: readonly string[]): Promise<Outcome<'added'>> =>
  unlessFull(await deps.store.addToSet('low-priority-types', types, TYPES_MAX), FULL);

export const removeLowPriorityTypes = async (deps: Deps, types: readonly string[]): Promise<void> => {
  await deps.store.removeFromSet('low-priority-types', types);
};

/** Message types that no quota of a room holds back. */
export const allowlistedTypes = (deps: Deps): Promise<readonly string[]> => deps.store.readSet('allowlisted-types');

/** Adds all of them or none. */
export const addAllowlistedTypes = async (deps: Deps, types: readonly string[]): Promise<Outcome<'added'>> =>
  unlessFull(await deps.store.addToSet('allowlisted-types', types, TYPES_MAX), FULL);

export const removeAllowlistedTypes = async (deps: Deps, types: readonly string[]): Promise<void> => {
  await deps.store.removeFromSet('allowlisted-types', types);
};
