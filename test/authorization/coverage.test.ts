import { describe, expect, it } from 'vitest';
import { frameTable } from '../../lib/protocol/parse-frame-table.ts';
import { callers } from './callers.ts';
import { cellsOf, rooms, titleOf } from './cells.ts';
import { frames } from './frames.ts';
import { readMatrix } from './matrix.ts';
import { roomStates } from './room-states.ts';

const cells = rooms.flatMap(cellsOf);
const distinct = (texts: Iterable<string>): ReadonlySet<string> => new Set(texts);
const names = { room: 'r', ownMessageId: '1-x', othersMessageId: '2-x', roomEpoch: 'e', membership: 'm' };

describe('the matrix of frames', () => {
  it('has at least 1,000 cells, each once', () => {
    const titles = distinct(cells.map((cell) => titleOf({ ...cell, expected: '' })));
    expect(titles.size).toBe(cells.length);
    expect(titles.size).toBeGreaterThanOrEqual(1000);
  });

  it('has a column for every action of the parser', () => {
    const actions = Object.values(frames).map((frameOf) => frameOf(names).action);
    expect(distinct(actions)).toEqual(distinct(Object.keys(frameTable)));
    expect(distinct(cells.map(({ frame }) => frame))).toEqual(distinct(Object.keys(frames)));
  });

  it('has a row for every state of a caller, and a table for every state of a room', () => {
    expect(distinct(cells.map(({ caller }) => caller))).toEqual(distinct(Object.keys(callers)));
    expect(distinct(rooms)).toEqual(distinct(Object.keys(roomStates)));
  });
});

describe('the reader of a matrix', () => {
  it('makes a cell of each word', () => {
    expect(readMatrix('\n     | join leave\nnobody here | ok   out:left\n')).toEqual([
      { row: 'nobody here', column: 'join', expected: 'ok' },
      { row: 'nobody here', column: 'leave', expected: 'out:left' },
    ]);
  });

  it('refuses a row with a cell too few', () => {
    expect(() => readMatrix('  | join leave\nann | ok')).toThrow('"ann" has 1 cells');
  });
});
