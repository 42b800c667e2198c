import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readForm, readJsonForm } from '../../lib/server-api/form.ts';
import { excessOf } from '../../lib/server-api/json-bounds.ts';
import { formText, numbered, serve } from './api-caller.ts';
import { recordingDeps } from './recording-store.ts';
import { signedCall } from './signed-call.ts';

const MB = 1024 * 1024;
const formOf = (text: string) => Object.fromEntries(readForm(Buffer.from(text)));
const jsonOf = (text: string) => Object.fromEntries(readJsonForm(Buffer.from(text)));
const tooMany = 'unable to accept the call; it has more than 2000 parameters, each value of a list being one';
const noObject = 'unable to accept the call; the body must be a JSON object';

describe('a form', () => {
  it('is parsed as browsers and server SDKs write it', () => {
    const pairs = fc.array(fc.tuple(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' })), {
      maxLength: 9,
    });
    fc.assert(
      fc.property(pairs, (given) => {
        const expected = new Map<string, string[]>();
        for (const [name, value] of given) expected.set(name, [...(expected.get(name) ?? []), value]);
        const written = [
          new URLSearchParams(given.map(([name, value]) => [name, value])).toString(),
          given.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).join('&'),
        ];
        for (const text of written) expect(readForm(Buffer.from(text))).toEqual(expected);
      }),
    );
  });

  it('keeps the values of each name in order', () => {
    expect(formOf('a=1&b=2&a=3&a&=4')).toEqual({ a: ['1', '3', ''], b: ['2'], '': ['4'] });
    expect(formOf('a+b=c+d%2B+')).toEqual({ 'a b': ['c d+ '] });
    expect(formOf('a=+%2b%20é%C3%A9')).toEqual({ a: [' + éé'] });
  });

  it('leaves the signed bytes unchanged', () => {
    const body = Buffer.from('a=b+c');
    readForm(body);
    expect(body.toString()).toBe('a=b+c');
  });

  it.each([
    ['of one name', (count: number) => numbered('a=', count).join('&')],
    ['of as many names', (count: number) => numbered('a', count).join('&')],
    ['of a map', (count: number) => numbered('chatroom[r]=', count).join('&')],
    ['with empty ones between', (count: number) => 'a=1&&'.repeat(count / 2).slice(0, -1)],
  ])('may have 2000 parameters and no more: %s', (_what, made) => {
    expect(Object.keys(formOf(made(2000))).length).toBeGreaterThan(0);
    expect(() => formOf(made(2002))).toThrow(tooMany);
  });

  it.each([
    ['a&', tooMany],
    ['chatroom[a]=b&', tooMany],
    ['&', tooMany],
    ['=', undefined],
    ['+', undefined],
    ['%E5%BC%A0', undefined],
  ])('of 1 MB of %j is read or refused', (part, why) => {
    const text = part.repeat(MB / part.length);
    if (why === undefined) expect(Object.keys(formOf(text))).toHaveLength(1);
    else expect(() => formOf(text)).toThrow(why);
  });

  it('that is too large is refused like any other invalid parameter', async () => {
    const { deps } = recordingDeps({ countCall: async () => true });
    const { statusCode, body } = await serve(deps, signedCall('/chatroom/query.json', 'chatroomId=r1&'.repeat(2001)));
    expect([statusCode, body]).toEqual([400, { code: 1002, errorMessage: tooMany }]);
  });

  it.each([
    ['/chatroom/users/exist.json', { chatroomId: 'r1', userId: numbered('u', 1000) }, { code: 200 }],
    ['/chatroom/destroy.json', { chatroomId: numbered('r', 100) }, { code: 200 }],
  ])('has room for the largest call of %s, and for as much that is ignored', async (path, values, expected) => {
    const { deps } = recordingDeps({ getRoom: async () => undefined, getMembers: async () => [] });
    const ignored = numbered('x', 900).join('&');
    const { body } = await serve(deps, signedCall(path, `${formText(values)}&${ignored}`));
    expect(body).toMatchObject(expected);
  });
});

describe('a JSON body', () => {
  it('is an object of strings and lists of strings', () => {
    expect(jsonOf('{"a":"1","b":["2","3"],"c":[]}')).toEqual({ a: ['1'], b: ['2', '3'], c: [] });
    expect(jsonOf('{"a":"[{,}]\\"[{,\\\\"}')).toEqual({ a: ['[{,}]"[{,\\'] });
  });

  it('may have 2000 values and no more', () => {
    // The object and the list are two of them.
    const listOf = (count: number) => JSON.stringify({ userIds: numbered('u', count) });
    expect(jsonOf(listOf(1998)).userIds).toHaveLength(1998);
    expect(() => jsonOf(listOf(2000))).toThrow(tooMany);
    const namesOf = (count: number) => JSON.stringify(Object.fromEntries(numbered('n', count).map((n) => [n, ''])));
    expect(Object.keys(jsonOf(namesOf(1999)))).toHaveLength(1999);
    expect(() => jsonOf(namesOf(2001))).toThrow(tooMany);
  });

  it.each([
    ['deep lists', '['.repeat(MB), noObject],
    ['deep objects', '{"a":'.repeat(MB / 5), noObject],
    ['a deep value that ends', `{"a":${'['.repeat(500)}${']'.repeat(500)}}`, noObject],
    ['commas', ','.repeat(MB), tooMany],
    ['small values', `{"a":[${'0,'.repeat(MB / 2 - 10)}0]}`, tooMany],
    ['a text without end', `{"a":"${','.repeat(MB)}`, noObject],
    ['a text that ends in a backslash', '{"a":"\\', noObject],
  ])('that is %s is refused', (_what, text, why) => {
    expect(() => jsonOf(text)).toThrow(why);
  });

  it('of one text of 1 MB is read', () => {
    expect(jsonOf(JSON.stringify({ a: ',[{"\\'.repeat(MB / 8) })).a?.[0]).toHaveLength((MB / 8) * 5);
  });
});

describe('what JSON holds', () => {
  it('is counted as it is parsed', () => {
    const json = fc.json({ maxDepth: 4 });
    fc.assert(
      fc.property(json, (text) => {
        const [depth, values] = measure(JSON.parse(text));
        expect(excessOf(text, { depthMax: depth, valuesMax: values })).toBeUndefined();
        if (depth > 0) expect(excessOf(text, { depthMax: depth - 1, valuesMax: values })).toBe('too deep');
      }),
    );
  });

  it.each([
    ['[[1]]', 2, 3],
    ['{"a":[1,2],"b":"[,"}', 2, 5],
    ['"[[["', 0, 1],
    ['"\\"[["', 0, 1],
  ])('%s: %i deep, %i values', (text, depth, values) => {
    expect(excessOf(text, { depthMax: depth, valuesMax: values })).toBeUndefined();
    expect(excessOf(text, { depthMax: depth, valuesMax: values - 1 })).toBe('too many');
    if (depth > 0) expect(excessOf(text, { depthMax: depth - 1, valuesMax: values })).toBe('too deep');
  });
});

/** Depth and values of what was parsed; an empty list or object counts twice. */
function measure(value: unknown): [depth: number, values: number] {
  if (typeof value !== 'object' || value === null) return [0, 1];
  const inner = Object.values(value).map(measure);
  const values = inner.reduce((sum, [, more]) => sum + more, 0);
  return [1 + Math.max(0, ...inner.map(([depth]) => depth)), 1 + Math.max(1, values)];
}
