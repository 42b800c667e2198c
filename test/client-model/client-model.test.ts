import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Action, runStory, type Story } from './model-run.ts';

/** More of them: `CLIENT_RUNS=100000 npx vitest run test/client-model`. */
const RUNS = Number(process.env.CLIENT_RUNS ?? 5000);
/** Another one finds other stories; the same one repeats a run. */
const SEED = Number(process.env.CLIENT_SEED ?? 1);

const room = fc.constantFrom('one' as const, 'two' as const);
const forMs = fc.oneof(fc.integer({ min: 100, max: 15_000 }), fc.integer({ min: 15_000, max: 240_000 }));
const chance = fc.constantFrom(0, 0.2, 0.5, 1);
const fault = fc.record({ delayMs: fc.constantFrom(40, 2000, 12_000), lost: chance, doubled: fc.constantFrom(0, 0.5) });
const dayMs = 86_400_000;

const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom('join', 'leave', 'send'), room }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('publish', 'evict', 'block', 'destroy'), room }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('other joins', 'other leaves'), room }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('resend', 'cut', 'restart', 'online', 'visible') }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('fault'), direction: fc.constantFrom('up', 'down'), fault, forMs }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constantFrom('dead up', 'dead down', 'dead', 'refuse', 'sleep'), forMs }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('jump'), byMs: fc.constantFrom(-2 * dayMs, -5000, 2 * dayMs) }),
  },
);
const story: fc.Arbitrary<Story> = fc.record({
  seed: fc.nat(),
  isOneRoom: fc.boolean(),
  steps: fc.array(
    fc.record({ afterMs: fc.oneof(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: 40_000 })), action }),
    { minLength: 1, maxLength: 30, size: 'max' },
  ),
});

describe('the client on a bad network', () => {
  it('agrees with the server after the network heals, and notices when it is deaf', {
    timeout: 7_200_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(story, async (given) => {
        expect(await runStory(given)).toEqual([]);
      }),
      { numRuns: RUNS, seed: SEED },
    );
  });
});
