import { absent } from './expected-absent.ts';
import { destroyed } from './expected-destroyed.ts';
import { existing } from './expected-existing.ts';
import { full } from './expected-full.ts';
import { muted } from './expected-muted.ts';
import { recreated } from './expected-recreated.ts';
import { type Cell, readMatrix } from './matrix.ts';

/** A frame of a caller in a state, to a room in a state, under a setting. */
export interface FrameCell {
  readonly caller: string;
  readonly frame: string;
  readonly expected: string;
  readonly room: string;
  readonly membersOnlySend: boolean;
}

/** The table of each state of a room. */
const tables: Readonly<Record<string, string>> = {
  absent,
  existing,
  muted,
  'in slow mode': existing,
  full,
  'kept past its end': existing,
  'without distribution': existing,
  destroyed,
  expired: destroyed,
  'destroyed and recreated': recreated,
};

export const rooms: readonly string[] = Object.keys(tables);

export const cellsOf = (room: string): readonly FrameCell[] => {
  const cells = readMatrix(tables[room] ?? '');
  return [true, false].flatMap((membersOnlySend) =>
    cells.flatMap(({ row, column, expected }: Cell): readonly FrameCell[] => {
      // The column `sendFree` is the one of `send` under the other setting.
      if (column === (membersOnlySend ? 'sendFree' : 'send')) return [];
      const frame = column === 'sendFree' ? 'send' : column;
      return [{ caller: row, frame, expected, room, membersOnlySend }];
    }),
  );
};

export const titleOf = ({ caller, frame, expected, room, membersOnlySend }: FrameCell): string =>
  `${room}${membersOnlySend ? '' : ', all may send'}; ${caller}: ${frame} is ${expected}`;
