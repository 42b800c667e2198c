import { describe, expect, it } from 'vitest';
import { verdictOn } from '../../lib/client/connection/frame-verdict.ts';
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
