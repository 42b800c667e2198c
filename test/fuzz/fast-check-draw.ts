import fc, { type GeneratorValue } from 'fast-check';
import type { Draw } from './draw.ts';

/** Draws that fast-check records, and makes smaller when a property fails. */
export const fastCheckDraw =
  (value: GeneratorValue): Draw =>
  (bound) =>
    value(fc.nat, bound - 1);
