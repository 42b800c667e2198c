import { describe, expect, it } from 'vitest';
import { compileFilter } from '../../../lib/local/template/filter-pattern.ts';

const record = {
  eventName: 'INSERT',
  dynamodb: {
    Keys: { pk: { S: 'ORDER#a' }, n: { N: '5' } },
    NewImage: { tags: { SS: ['x', 'y'] }, deleted: { BOOL: false }, gone: { NULL: true } },
  },
  count: 5,
  nothing: null,
  list: [{ a: 1 }, { a: 2, b: 3 }],
};

describe('a filter pattern', () => {
  it.each([
    [{ eventName: ['INSERT'] }, true],
    [{ eventName: ['MODIFY', 'INSERT'] }, true],
    [{ eventName: ['MODIFY'] }, false],
    [{ eventName: ['INSERT'], count: [6] }, false],
    [{ count: [5] }, true],
    [{ count: ['5'] }, false],
    [{ nothing: [null] }, true],
    [{ absent: [null] }, false],
    [{ dynamodb: { NewImage: { deleted: { BOOL: [false] } } } }, true],
    [{ dynamodb: { NewImage: { tags: { SS: ['y'] } } } }, true],
    [{ dynamodb: { NewImage: { tags: { SS: ['z'] } } } }, false],
    [{ dynamodb: { OldImage: { tags: { SS: ['x'] } } } }, false],
    [{ list: { a: [2], b: [3] } }, true],
    [{ list: { a: [1], b: [3] } }, false],
    [{ dynamodb: { Keys: { pk: { S: [{ exists: true }] } } } }, true],
    [{ dynamodb: { Keys: { pk: { S: [{ exists: false }] } } } }, false],
    [{ dynamodb: { OldImage: { pk: { S: [{ exists: false }] } } } }, true],
    [{ dynamodb: { NewImage: { gone: { S: [{ exists: true }] } } } }, false],
    [{ eventName: ['REMOVE', { exists: true }] }, true],
    [{}, true],
  ])('%j: %s', (pattern, expected) => {
    expect(compileFilter(JSON.stringify(pattern))(record)).toBe(expected);
  });

  it('treats an object as absent: `exists` sees scalars only', () => {
    const objectIs = (exists: boolean) => compileFilter(JSON.stringify({ dynamodb: { NewImage: [{ exists }] } }));
    expect([objectIs(true)(record), objectIs(false)(record)]).toEqual([false, true]);
  });

  it.each([
    [{ a: [{ suffix: 'x' }] }, '{"suffix":"x"}'],
    [{ a: [{ numeric: ['>', 5] }] }, '{"numeric":[">",5]}'],
    [{ a: [{ exists: 'yes' }] }, '{"exists":"yes"}'],
    [{ a: [{ exists: true, suffix: 'a' }] }, '{"exists":true,"suffix":"a"}'],
    [{ a: [{ prefix: 'a' }] }, '{"prefix":"a"}'],
    [{ a: [{ 'anything-but': 'a' }] }, '{"anything-but":"a"}'],
    [{ a: [['nested']] }, '["nested"]'],
    [{ a: ['b', { prefix: 'a' }] }, '{"prefix":"a"}'],
    [{ a: 'bare' }, '"bare"'],
    [{ $or: [{ a: [1] }] }, '"$or"'],
  ])('refuses %j', (pattern, shown) => {
    expect(() => compileFilter(JSON.stringify(pattern))).toThrow(
      `the local stack does not support ${shown} in a filter pattern`,
    );
  });
});
