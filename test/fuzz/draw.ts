import { createChance } from '../simulation/chance.ts';

/** A whole number from 0 up to, and without, the bound. */
export type Draw = (bound: number) => number;

/** The draws of one input of a run: the same for the same seed and index. */
export function drawsOf(seed: number, index: number): Draw {
  const chance = createChance((Math.imul(seed, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b)) >>> 0);
  // The first numbers of neighbouring seeds are alike.
  chance();
  chance();
  return (bound) => Math.floor(chance() * bound);
}

export function pick<T>(draw: Draw, from: readonly T[]): T {
  if (from.length === 0) throw new Error('unable to pick; there is nothing to choose from');
  return from[draw(from.length)] as T;
}
