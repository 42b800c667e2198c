import fc from 'fast-check';
import { expect, it } from 'vitest';
import { checkParser } from './check-parser.ts';
import { drawsOf } from './draw.ts';
import { fastCheckDraw } from './fast-check-draw.ts';
import { frameText } from './frame-inputs.ts';

it('accepts a frame, or refuses it with a code of its own, whatever the text', { timeout: 60_000 }, () => {
  const property = fc.property(fc.gen(), (value) => {
    checkParser(frameText(fastCheckDraw(value)));
  });
  fc.assert(property, { numRuns: 5000, seed: 1 });
});

it('agrees with itself on 20,000 frames of a seed', { timeout: 60_000 }, () => {
  const verdicts = new Set<string>();
  for (let index = 0; index < 20_000; index += 1) verdicts.add(checkParser(frameText(drawsOf(1, index))));
  // The inputs reach every code that the parser has.
  const all = ['accepted', 33003, 30016, 34210, 34232, 34202, 34205, 25101, 34260, 34262, 34263, 23429];
  expect([...verdicts]).toEqual(expect.arrayContaining(all.map(String)));
});
