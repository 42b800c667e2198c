import { expect, test } from 'vitest';
import type { Deps } from '../../lib/usecases/deps.ts';
import { decideOn } from '../../lib/usecases/steps/decide-on.ts';
import { createMemoryStore } from '../simulation/memory-store.ts';
import { createWorld } from '../support/world.ts';

test('an attempt that is refused ten times has waited before the last eight, and not after', async () => {
  const did: string[] = [];
  const backOff: Deps['backOff'] = async (conflicts) => {
    did.push(`wait ${conflicts}`);
  };
  const attempt = async () => {
    did.push('attempt');
    return 'conflict' as const;
  };
  const { deps } = createWorld(createMemoryStore());
  expect(await decideOn({ ...deps, backOff }, attempt, () => 'exhausted')).toBe('exhausted');
  const waits = Array.from({ length: 8 }, (_, index) => [`wait ${index + 1}`, 'attempt']);
  expect(did).toEqual(['attempt', 'attempt', ...waits.flat()]);
});
