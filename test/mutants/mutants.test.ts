import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { generatedMutants } from './generated-mutants.ts';
import { ROOT } from './mutant.ts';
import { namedMutants } from './named-mutants.ts';

/** `npm run mutants` runs them. */
describe('the mutants', () => {
  test.each(namedMutants)('take out a guard that is there: $what', ({ path, text }) => {
    expect(text()).not.toBe(readFileSync(join(ROOT, path), 'utf8'));
  });

  test('that are made of the text reach each condition of the store', () => {
    const made = generatedMutants();
    expect(made.filter(({ what }) => what.includes('the condition')).length).toBeGreaterThanOrEqual(23);
    expect(made.filter(({ what }) => what.includes('the bound')).length).toBeGreaterThanOrEqual(20);
    expect(made.filter(({ what }) => what.includes('the consistent read')).length).toBeGreaterThanOrEqual(12);
  });
});
