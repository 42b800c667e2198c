import { describe, it } from 'vitest';
import { cellsOf, titleOf } from './cells.ts';
import { checkCell } from './check-cell.ts';

const titled = (room: string) => cellsOf(room).map((cell) => [titleOf(cell), cell] as const);

describe('who may do what in a muted or full room', () => {
  describe.each(['muted', 'full'])('%s', (room) => {
    it.each(titled(room))('%s', (_title, cell) => checkCell(cell));
  });
});
