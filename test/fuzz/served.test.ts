import { expect, it } from 'vitest';
import type { Inputs } from './kinds.ts';
import { servedForms } from './served-forms.ts';
import { servedFrames } from './served-frames.ts';

async function verdictsOf({ inputAt, check }: Inputs, count: number): Promise<ReadonlySet<string>> {
  const verdicts = new Set<string>();
  for (let index = 0; index < count; index += 1) verdicts.add(await check(inputAt(index)));
  return verdicts;
}

it('I-C2: 5,000 frames are served or refused, and a refused one changes no row', { timeout: 120_000 }, async () => {
  const verdicts = await verdictsOf(await servedFrames(1), 5000);
  const all = ['0', 'no answer', '23406', '23410', '23427', '25101', '25107', '30001', '33003', '34210'];
  expect([...verdicts]).toEqual(expect.arrayContaining(all));
});

it('5,000 forms are served or refused, and a refused one changes no row', { timeout: 120_000 }, async () => {
  const verdicts = await verdictsOf(await servedForms(1, 5), 5000);
  const all = ['read: accepted', 'read: 1002', 'read: 1005', 'served: 200', 'served: 1002', 'served: 1015'];
  expect([...verdicts]).toEqual(expect.arrayContaining(all));
});
