import { expect } from 'vitest';
import type { CheckOptions } from '../../support/checker/violation.ts';
import type { Story } from './story.ts';

/** The bad story has one thing more or less than the good one, and breaks one rule. */
export function expectPair(
  build: (isBad: boolean) => Story,
  invariant: string,
  options: Partial<CheckOptions> = {},
): void {
  expect(build(false).breaks(options)).toEqual([]);
  expect(build(true).breaks(options)).toEqual([invariant]);
}
