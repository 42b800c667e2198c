import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseFrame } from '../../lib/protocol/parse-frame.ts';
import { frameTable } from '../../lib/protocol/parse-frame-table.ts';

const send = { action: 'send', id: 'r1', room: 'lobby', clientMessageId: 'c1', type: 'RC:TxtMsg', content: '{}' };
const join = { action: 'join', id: 'r1', room: 'lobby', messageCount: 0, autoCreate: true };
const history = { action: 'history', id: 'r1', room: 'lobby', timestampMs: 0, order: 'descending', count: 20 };
const repair = { action: 'repair', id: 'r1', room: 'lobby', afterSeq: 3, beforeSeq: 0 };
const recall = { action: 'recall', id: 'r1', room: 'lobby', messageId: '1z-c_1' };
const setEntries = {
  action: 'setEntries',
  id: 'r1',
  room: 'lobby',
  entries: { seat: 'ann' },
  autoDelete: true,
  overwrite: false,
};
const removeEntries = { action: 'removeEntries', id: 'r1', room: 'lobby', keys: ['seat'], force: false };
const getEntries = { action: 'getEntries', id: 'r1', room: 'lobby', afterKey: '' };
const info = { action: 'info', id: 'r1', room: 'lobby', memberCount: 20, order: 'ascending' };
const signal = { action: 'signal', id: 'r1', room: 'lobby', type: 'typing', data: '' };
const keys = (count: number) => Array.from({ length: count }, (_, index) => `k${index}`);
const entriesOf = (names: readonly string[]) => Object.fromEntries(names.map((key) => [key, 'v']));
const resume = { roomEpoch: 'e1', membership: 'm1', seq: 0 };

const parse = (frame: unknown) => parseFrame(JSON.stringify(frame));

const validFrames = [
  send,
  join,
  history,
  repair,
  { ...join, messageCount: -1 },
  { ...join, messageCount: 50 },
  { ...join, resume },
  { ...send, content: '' },
  { ...send, content: 'a'.repeat(28_672) },
  { ...send, content: '😀#\u0000' },
  { ...history, order: 'ascending', count: 50 },
  recall,
  { ...recall, messageId: 'a'.repeat(128) },
  setEntries,
  { ...setEntries, entries: entriesOf(keys(10)) },
  { ...setEntries, entries: { 'aZ09+=_-': '', ['k'.repeat(128)]: 'v'.repeat(4096) } },
  { ...setEntries, entries: { constructor: 'c', prototype: 'p', toString: 't', hasOwnProperty: 'h' } },
  removeEntries,
  { ...removeEntries, keys: keys(10), force: true },
  { ...removeEntries, keys: ['constructor', 'k'.repeat(128)] },
  getEntries,
  { ...getEntries, afterKey: 'constructor' },
  info,
  signal,
  { ...signal, data: '张'.repeat(170) },
  { ...info, memberCount: 0, order: 'descending' },
  { action: 'leave', id: 'r1', room: 'a+b=c_d-e' },
  { action: 'ping', id: 'a'.repeat(36) },
  { action: 'beat' },
];

describe('valid frames are returned unchanged', () => {
  test.each(validFrames)('%#: $action', (frame) => {
    expect(parse(frame)).toEqual({ ok: true, frame });
  });

  test('every action has one', () => {
    expect(new Set(validFrames.map(({ action }) => action))).toEqual(new Set(Object.keys(frameTable)));
  });
});

describe('text that is not a JSON object is refused without an id', () => {
  test.each(['', ' ', '{', 'nonsense', '[]', '[{"action":"ping","id":"r1"}]', 'null', '1', '"ping"', 'true', '{"a":}'])(
    '%j',
    (text) => {
      expect(parseFrame(text)).toMatchObject({ ok: false, id: '', code: 33003 });
    },
  );

  test('deep nesting', () => {
    expect(parseFrame('['.repeat(30_000))).toMatchObject({ ok: false, code: 33003 });
  });
});

describe('actions that do not exist', () => {
  test.each([
    undefined,
    null,
    1,
    '',
    'JOIN',
    'kick',
    'constructor',
    'toString',
    '__proto__',
    'hasOwnProperty',
    ['join'],
  ])('%j', (action) => {
    expect(parse({ ...join, action })).toMatchObject({ ok: false, id: 'r1', code: 33003 });
  });
});

const badIds = [
  '__proto__',
  '',
  'a b',
  'a#b',
  'a/b',
  'a\nb',
  'a\n',
  '\u0000',
  '\u202e',
  'ä',
  '😀',
  'a'.repeat(65),
  7,
  null,
  {},
  ['a'],
];

describe('malformed room ids', () => {
  test.each(badIds)('%j', (room) => {
    const inRooms = [send, join, history, repair, recall, setEntries, removeEntries, getEntries];
    for (const frame of [...inRooms, { action: 'leave', id: 'r1' }]) {
      expect(parse({ ...frame, room })).toMatchObject({ ok: false, id: 'r1', code: 34210 });
    }
  });
});

describe('malformed request ids', () => {
  test.each([...badIds, 'a'.repeat(37), 'a+b'])('%j', (id) => {
    expect(parse({ ...send, id })).toMatchObject({ ok: false, id: '', code: 33003 });
  });
});

describe('malformed client message ids', () => {
  test.each(badIds)('%j', (clientMessageId) => {
    expect(parse({ ...send, clientMessageId })).toMatchObject({ ok: false, id: 'r1', code: 34205 });
  });
});

describe('malformed keys', () => {
  test.each(['__proto__', '', 'a b', 'a.b', 'a#b', 'a/b', 'a\n', 'ä', '😀', 'k'.repeat(129)])('%j', (key) => {
    // A literal `__proto__` would set the prototype instead of a key.
    const entries = JSON.parse(`{"seat":"ann",${JSON.stringify(key)}:"v"}`) as unknown;
    expect(parse({ ...setEntries, entries })).toMatchObject({ ok: false, id: 'r1', code: 34260 });
    expect(parse({ ...removeEntries, keys: ['seat', key] })).toMatchObject({ ok: false, id: 'r1', code: 34260 });
    if (key !== '') expect(parse({ ...getEntries, afterKey: key })).toMatchObject({ ok: false, code: 34260 });
  });
});

describe('malformed fields', () => {
  test.each([
    ['content too long', { ...send, content: 'a'.repeat(31_745) }, 30016],
    ['content too long in bytes', { ...send, content: '😀'.repeat(7_937) }, 30016],
    ['content too long as JSON, quotes', { ...send, content: '"'.repeat(15_873) }, 30016],
    ['content too long as JSON, control characters', { ...send, content: '\u0001'.repeat(5_291) }, 30016],
    ['a frame too long', { ...send, content: 'a'.repeat(32_768) }, 30016],
    ['half of a character in content', { ...send, content: 'a\ud83d' }, 34205],
    ['half of a character in a value', { ...setEntries, entries: { seat: '\udc00' } }, 34262],
    ['a cursor that is not a seq', { ...history, cursor: -1 }, 33003],
    ['a very long name', { ...send, ['x'.repeat(32_000)]: 1 }, 33003],
    ['a very long order', { ...history, order: '"'.repeat(16_000) }, 33003],
    ['content not text', { ...send, content: { text: 'hi' } }, 34205],
    ['content missing', { ...send, content: undefined }, 34205],
    ['type with a space', { ...send, type: 'RC TxtMsg' }, 34205],
    ['type too long', { ...send, type: 'a'.repeat(33) }, 34205],
    ['messageCount too large', { ...join, messageCount: 51 }, 34232],
    ['messageCount too small', { ...join, messageCount: -2 }, 34232],
    ['messageCount not whole', { ...join, messageCount: 1.5 }, 34232],
    ['messageCount as text', { ...join, messageCount: '1' }, 34232],
    ['data too long', { ...signal, data: 'x'.repeat(513) }, 30016],
    ['data too long as JSON', { ...signal, data: '"'.repeat(257) }, 30016],
    ['data with half a character', { ...signal, data: '\ud800' }, 34205],
    ['data of another kind', { ...signal, data: {} }, 34205],
    ['memberCount too large', { ...info, memberCount: 21 }, 34232],
    ['memberCount too small', { ...info, memberCount: -1 }, 34232],
    ['count 0', { ...history, count: 0 }, 34232],
    ['count too large', { ...history, count: 51 }, 34232],
    ['time negative', { ...history, timestampMs: -1 }, 34202],
    ['time as text', { ...history, timestampMs: '0' }, 34202],
    ['order unknown', { ...history, order: 'sideways' }, 33003],
    ['autoCreate as text', { ...join, autoCreate: 'true' }, 33003],
    ['resume not an object', { ...join, resume: 'e1' }, 33003],
    ['resume without seq', { ...join, resume: { roomEpoch: 'e1', membership: 'm1' } }, 33003],
    ['resume with a negative seq', { ...join, resume: { ...resume, seq: -1 } }, 33003],
    ['resume with a #', { ...join, resume: { ...resume, membership: 'm#1' } }, 33003],
    ['seq beyond the safe integers', { ...repair, afterSeq: 2 ** 53 }, 33003],
    ['seq not whole', { ...repair, beforeSeq: 0.5 }, 33003],
    ['the type of a recalled message', { ...send, type: 'RC:RcNtf' }, 34205],
    ['a message id with a space', { ...recall, messageId: 'a b' }, 25101],
    ['a message id too long', { ...recall, messageId: 'a'.repeat(129) }, 25101],
    ['a message id missing', { ...recall, messageId: undefined }, 25101],
    ['a value too long', { ...setEntries, entries: { seat: 'v'.repeat(4097) } }, 34262],
    ['a value that is not a string', { ...setEntries, entries: { seat: 1 } }, 34262],
    ['a value that is null', { ...setEntries, entries: { seat: null } }, 34262],
    ['no entries', { ...setEntries, entries: {} }, 34263],
    ['entries as a list', { ...setEntries, entries: ['seat'] }, 34263],
    ['entries as text', { ...setEntries, entries: 'seat' }, 34263],
    ['entries null', { ...setEntries, entries: null }, 34263],
    ['entries missing', { ...setEntries, entries: undefined }, 34263],
    ['11 entries', { ...setEntries, entries: entriesOf(keys(11)) }, 23429],
    ['no keys', { ...removeEntries, keys: [] }, 34263],
    ['keys as an object', { ...removeEntries, keys: { seat: 'ann' } }, 34263],
    ['keys missing', { ...removeEntries, keys: undefined }, 34263],
    ['11 keys', { ...removeEntries, keys: keys(11) }, 23429],
    ['a key that is not a string', { ...removeEntries, keys: [1] }, 34260],
    ['an afterKey that is not a string', { ...getEntries, afterKey: 1 }, 34260],
    ['autoDelete as text', { ...setEntries, autoDelete: 'true' }, 33003],
    ['overwrite missing', { ...setEntries, overwrite: undefined }, 33003],
    ['force as a number', { ...removeEntries, force: 1 }, 33003],
    ['a field named like a method', { action: 'ping', id: 'r1', constructor: 1 }, 33003],
    ['a sender, which a frame must not name', { ...send, senderUserId: 'eve' }, 33003],
    ['a heartbeat with an id', { action: 'beat', id: 'r1' }, 33003],
    ['an unknown field', { action: 'ping', id: 'r1', extra: 1 }, 33003],
  ])('%s', (_what, frame, code) => {
    const parsed = parse(frame);
    expect(parsed).toMatchObject({ ok: false, id: 'r1', code });
    expect(parsed.ok ? '' : parsed.message).toMatch(/^unable to read the frame; ./);
  });
});

describe('prototype pollution', () => {
  test.each([
    '{"action":"ping","id":"r1","__proto__":{"polluted":true}}',
    '{"action":"ping","id":"r1","constructor":{"prototype":{"polluted":true}}}',
    '{"__proto__":{"action":"ping","id":"r1"}}',
    '{"action":"join","id":"r1","room":"lobby","messageCount":0,"autoCreate":true,"resume":{"__proto__":{"seq":1}}}',
  ])('%s', (text) => {
    const parsed = parseFrame(text);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    if (parsed.ok) {
      expect(Object.getPrototypeOf(parsed.frame)).toBe(Object.prototype);
      expect('polluted' in parsed.frame).toBe(false);
    }
  });

  test('entries keep every key as an own property, and no other', () => {
    const parsed = parse({ ...setEntries, entries: { constructor: 'c' } });
    const entries = parsed.ok && parsed.frame.action === 'setEntries' ? parsed.frame.entries : {};
    expect(Object.entries(entries)).toEqual([['constructor', 'c']]);
    expect(Object.getPrototypeOf(entries)).toBe(Object.prototype);
  });

  test('an action from the prototype is ignored', () => {
    expect(parseFrame('{"__proto__":{"action":"ping","id":"r1"}}')).toMatchObject({ ok: false });
  });
});

test('never throws, and no refusal repeats what a client sent', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
      expect(parseFrame(text)).toHaveProperty('ok');
    }),
  );
  const parsed = parse({ ...send, room: 'secret token#' });
  expect(JSON.stringify(parsed)).not.toContain('secret');
});
