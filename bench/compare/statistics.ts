/** The value below which this part of the values is; NaN of none. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  const at = (sorted.length - 1) * part;
  const [low = Number.NaN, high = Number.NaN] = [sorted[Math.floor(at)], sorted[Math.ceil(at)]];
  return low + (high - low) * (at - Math.floor(at));
}

/** A median with its spread: the quarters on both sides. */
export interface Spread {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

export const spreadOf = (values: readonly number[]): Spread => ({
  median: quantile(values, 0.5),
  low: quantile(values, 0.25),
  high: quantile(values, 0.75),
});

/** Round by round, so that a busy moment of the machine falls on both sides of a ratio. */
export const ratios = (ones: readonly number[], others: readonly number[]): Spread =>
  spreadOf(ones.map((one, round) => one / (others[round] ?? Number.NaN)));
