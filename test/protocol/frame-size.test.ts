import { describe, expect, it } from 'vitest';
import { splitEntries } from '../../lib/protocol/frame-size.ts';

describe('splitting entries', () => {
  const sizes = (entries: Readonly<Record<string, string>>, bytesMax: number) =>
    splitEntries(new Map(Object.entries(entries)), bytesMax).map((part) => [...part.keys()].join(''));

  it('fills each part to the last byte of its size in a frame', () => {
    // "a":"12","b":"字" has 8 + 1 + 9 bytes.
    expect(sizes({ a: '12', b: '字' }, 18)).toEqual(['ab']);
    expect(sizes({ a: '12', b: '字' }, 17)).toEqual(['a', 'b']);
    // "c":"\"" has 8, "d":"\u0001" has 12.
    expect(sizes({ a: '12', c: '"', d: '\u0001' }, 17)).toEqual(['ac', 'd']);
    expect(sizes({ c: '"', d: '\u0001' }, 21)).toEqual(['cd']);
  });

  it('makes a part of each entry that is too long, and one empty part of no entries', () => {
    expect(sizes({ a: '1', b: '2', c: '3' }, 3)).toEqual(['a', 'b', 'c']);
    expect(sizes({}, 3)).toEqual(['']);
  });
});
