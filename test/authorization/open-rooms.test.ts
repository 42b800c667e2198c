import { describe, it } from 'vitest';
import { cellsOf, titleOf } from './cells.ts';
import { checkCell } from './check-cell.ts';

const titled = (room: string) => cellsOf(room).map((cell) => [titleOf(cell), cell] as const);

describe('who may do what in a room that exists', () => {
  describe.each(['existing', 'kept past its end', 'in slow mode', 'without distribution'])('%s', (room) => {
    it.each(titled(room))('%s', (_title, cell) => checkCell(cell));
  });
});
