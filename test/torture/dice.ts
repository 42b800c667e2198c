import { createChance } from '../simulation/chance.ts';

const WARM_UP = 8;

/** Draws from one seed. */
export class Dice {
  readonly random: () => number;

  constructor(seed: number) {
    this.random = createChance(seed);
    for (let draws = 0; draws < WARM_UP; draws += 1) this.random();
  }

  /** A whole number, both ends included. */
  between(min: number, max: number): number {
    return min + Math.floor(this.random() * (max - min + 1));
  }

  pick<T>(values: readonly T[]): T | undefined {
    return values[Math.floor(this.random() * values.length)];
  }

  /** By weight. */
  draw<T extends string>(weights: Readonly<Record<T, number>>): T | undefined {
    const entries = Object.entries(weights) as [T, number][];
    let left = this.random() * entries.reduce((sum, [, weight]) => sum + weight, 0);
    return entries.find(([, weight]) => {
      left -= weight;
      return left < 0;
    })?.[0];
  }

  shuffled<T>(values: readonly T[]): T[] {
    return values
      .map((value) => ({ value, order: this.random() }))
      .sort((one, other) => one.order - other.order)
      .map(({ value }) => value);
  }
}
