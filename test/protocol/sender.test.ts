import { describe, expect, test } from 'vitest';
import { frameBytes } from '../../lib/protocol/frame-size.ts';
import { hasSpaceFor, listedSender, readSender } from '../../lib/protocol/sender.ts';

describe('what is put on messages of a sender', () => {
  test.each([
    [
      { name: 'Ann', portrait: 'p' },
      { name: 'Ann', portrait: 'p' },
    ],
    [{ name: 'Ann' }, { name: 'Ann' }],
    [{ portrait: 'p'.repeat(512), other: 1 }, { portrait: 'p'.repeat(512) }],
    [{ name: '张'.repeat(64), portrait: '张'.repeat(171) }, { name: '张'.repeat(64) }],
    [{ name: 'n'.repeat(65), portrait: 'p' }, { portrait: 'p' }],
    [{ name: '', portrait: '' }, undefined],
    [{ name: '\ud800', portrait: 7 }, undefined],
    [{ name: ['Ann'] }, undefined],
    ['Ann', undefined],
    [null, undefined],
    [undefined, undefined],
  ])('of %j it is %j', (given, sender) => {
    expect(readSender(given)).toEqual(sender);
  });

  test('is listed with members up to 1,024 bytes as JSON, and else without the address', () => {
    const name = '\u0001'.repeat(64);
    // {"sender":{"name":"","portrait":""}} has 36 bytes, and an escape of the name 6.
    const longest = { name, portrait: `${'"'.repeat(92)}${'p'.repeat(420)}` };
    expect(frameBytes({ sender: longest })).toBe(1024);
    expect(listedSender(longest)).toEqual(longest);
    expect(listedSender({ name, portrait: `${'"'.repeat(93)}${'p'.repeat(419)}` })).toEqual({ name });
    expect(listedSender({ portrait: '"'.repeat(512) })).toBeUndefined();
  });

  test('leaves a content with its sender as short as the longest content', () => {
    const sender = { name: 'A"nn', portrait: '张' };
    const bytes = frameBytes({ sender });
    expect(hasSpaceFor(sender, 'x'.repeat(31_744 - bytes))).toBe(true);
    expect(hasSpaceFor(sender, 'x'.repeat(31_744 - bytes + 1))).toBe(false);
    expect(hasSpaceFor(sender, '\u0000'.repeat(Math.floor((31_744 - bytes) / 6) + 1))).toBe(false);
  });
});
