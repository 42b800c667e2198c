import { expect, it } from 'vitest';
import { settingDefinitions, settingNames } from '../../lib/domain/settings.ts';
import { readSettings } from '../../lib/infra/settings.ts';
import { type Draw, drawsOf, pick } from './draw.ts';
import { bendText, oddName } from './odd-values.ts';

const odd: readonly unknown[] = [
  ...[null, undefined, true, false, 'true', 'FALSE', '', ' ', 0, -0, -1, 1, 0.5, 1e21, Number.NaN, Infinity],
  ...['0', '-0', '007', '1e3', ' 1', '1\n', '٣', '9'.repeat(400), [], [1], {}, { valueOf: 1 }, 'x'.repeat(2000)],
  ...['https://app.example.com/e', 'http://127.0.0.1:1/', 'http://127.0.0.1.evil.example/', 'javascript:alert(1)'],
  ...['https://a@b/', 'https://[::1]/', 'https://exämple.com', 'a,b', 'https://a,,https://b', '__proto__'],
];

function chosen(draw: Draw): Readonly<Record<string, unknown>> {
  const made = Array.from({ length: 1 + draw(4) }, (): readonly [string, unknown] => {
    const name = draw(15) === 0 ? oddName(draw) : pick(draw, settingNames);
    const definition = settingDefinitions[name as keyof typeof settingDefinitions];
    const byDefault: unknown = definition?.default;
    const value = draw(3) === 0 ? byDefault : pick(draw, odd);
    return [name, typeof value === 'string' && draw(4) === 0 ? bendText(draw, value) : value];
  });
  return Object.fromEntries(made);
}

it('accepts settings within their ranges, and refuses all others by name', () => {
  const seen = { accepted: 0, refused: 0 };
  for (let index = 0; index < 20_000; index += 1) {
    const given = chosen(drawsOf(7, index));
    let read: ReturnType<typeof readSettings>;
    try {
      read = readSettings(given);
    } catch (fault) {
      expect(fault, `settings ${index}`).toBeInstanceOf(Error);
      expect((fault as Error).message, `settings ${index}`).toMatch(/^unable to use setting .*; /su);
      seen.refused += 1;
      continue;
    }
    seen.accepted += 1;
    for (const name of settingNames) {
      const [definition, value] = [settingDefinitions[name], read[name]];
      if (definition.kind === 'flag') expect(value).toBeTypeOf('boolean');
      else if (definition.kind !== 'whole') expect(value).toBeTypeOf('string');
      else expect(Number.isInteger(value) && +value >= definition.min && +value <= definition.max, name).toBe(true);
    }
    expect(readSettings(read)).toEqual(read);
  }
  expect(Math.min(seen.accepted, seen.refused)).toBeGreaterThan(1000);
});
