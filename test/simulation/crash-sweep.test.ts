import { describe, expect, test } from 'vitest';
import { scenarios } from './crash-sweep/scenarios.ts';
import { sweepScenario } from './crash-sweep/sweep-scenario.ts';

/** `npm run crash-sweep` makes all error runs, and pairs of crashes. */
const ERROR_EVERY = 29;

describe('a Lambda dies, or a call fails, at each call of a scenario: the world goes on, and no invariant is broken', () => {
  const totals = { crashes: 0, errors: 0 };

  test.each(scenarios)(
    '$name',
    async (scenario) => {
      const { broken, crashes, errors } = await sweepScenario(scenario, { seed: 1, every: ERROR_EVERY, pairs: false });
      expect(broken).toEqual([]);
      totals.crashes += crashes;
      totals.errors += errors;
    },
    120_000,
  );

  test('there are at least 40 scenarios, with many calls', () => {
    expect(scenarios.length).toBeGreaterThanOrEqual(40);
    expect(new Set(scenarios.map(({ name }) => name)).size).toBe(scenarios.length);
    expect(totals.crashes).toBeGreaterThan(1_000);
    expect(totals.errors).toBeGreaterThan(100);
  });
});
