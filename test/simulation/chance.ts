/*
 * Models chance: numbers that seem random and repeat for the same seed.
 * Clock: none. Chance: the seed is the only input.
 */

export type Chance = () => number;

/** The same numbers for the same seed, from 0 up to 1. */
export function createChance(seed: number): Chance {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
