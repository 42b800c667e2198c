import { describe, expect, it } from 'vitest';
import { verdictOn } from '../../lib/client/connection/frame-verdict.ts';
import { splitEntries } from '../../lib/client/entries/entry-batches.ts';
import type { ClientFrame } from '../../lib/protocol/client-frames.ts';

const verdict = (frame: ClientFrame) => verdictOn(frame, JSON.stringify(frame));
const send = (content: string) =>
  verdict({ action: 'send', id: '1', room: 'r', clientMessageId: 'c', type: 'RC:TxtMsg', content });
const set = (entries: Readonly<Record<string, string>>) =>
  verdict({ action: 'setEntries', id: '1', room: 'r', entries, autoDelete: false, overwrite: false });

describe('the content of a message', () => {
  it.each([
    ['ASCII', 'a', 31_744],
    ['CJK', '字', 10_581],
    ['emoji', '😀', 7936],
    ['quotes', '"', 15_872],
    ['control characters', '\u0001', 5290],
  ])('of %s has a limit in bytes of its JSON', (_what, character, most) => {
    expect(send(character.repeat(most))).toBeUndefined();
    expect(send(character.repeat(most + 1))).toBe(30016);
  });

  it.each(['\ud800', 'a\udfff', '\udc00\ud800', '😀\ud83d', '\ud83d😀'])('%j has an unpaired surrogate', (text) => {
    expect(send(text)).toBe(34205);
  });

  it.each(['😀', '𠮷野家', '👨‍👩‍👧', '\u0000', '\uffff', ''])('%j is well-formed', (text) => {
    expect(send(text)).toBeUndefined();
  });
});

describe('the value of an entry', () => {
  it('has at most 4,096 characters and no unpaired surrogate', () => {
    expect(set({ a: '\u0001'.repeat(4096) })).toBeUndefined();
    expect(set({ a: 'x'.repeat(4097) })).toBe(34262);
    expect(set({ a: '', b: '\ud800' })).toBe(34262);
    expect(set({ a: '😀'.repeat(2048) })).toBeUndefined();
  });
});

describe('any other frame', () => {
  it('is too long with one byte more than a frame may hold', () => {
    const join = (room: string) => verdict({ action: 'join', id: '1', room, messageCount: 0, autoCreate: true });
    const envelope = '{"action":"join","id":"1","room":"","messageCount":0,"autoCreate":true}';
    expect(join('r'.repeat(32_768 - envelope.length))).toBeUndefined();
    expect(join('r'.repeat(32_769 - envelope.length))).toBe(30016);
  });
});

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
