import { expect } from 'vitest';
import { callers } from './callers.ts';
import type { FrameCell } from './cells.ts';
import { changing, frames } from './frames.ts';
import { roomStates } from './room-states.ts';
import { createScene } from './scene.ts';
import { differences } from './table-rows.ts';
import { answerOf } from './words.ts';

type Set = Awaited<ReturnType<typeof setScene>>;
let last: { readonly of: string; readonly set: Set } | undefined;

/** Plays the frame of a cell in its scene, and compares the answer and the table with what the rules say. */
export async function checkCell(cell: FrameCell): Promise<void> {
  const of = [cell.room, cell.caller, cell.membersOnlySend].join();
  // The cells of one caller share a scene, and each leaves its table as it was.
  if (last?.of !== of) last = { of, set: await setScene(cell) };
  const { scene, caller, rows } = last.set;
  const frame = frames[cell.frame]?.(scene.state.names);
  if (frame === undefined) throw new Error(`unable to check the cell; no frame is ${cell.frame}`);
  const answered = await scene.frame(caller, JSON.stringify(frame.action === 'beat' ? frame : { id: 'r1', ...frame }));
  const changed = differences(rows, scene.rows());
  scene.restore(rows);

  expect(scene.faults).toEqual([]);
  const expected = answerOf(cell.expected);
  if (expected === undefined) expect(answered).toBeUndefined();
  else expect(answered).toMatchObject({ event: 'answer', id: 'r1', ...expected });
  const isDone = expected?.code === 0;
  if (!isDone) expect(changed.filter((one) => !mayChange(one, cell, scene.room))).toEqual([]);
  if (isDone && changing.includes(cell.frame)) expect(changed.join()).toContain(`ROOM#${scene.room}`);
}

async function setScene(cell: FrameCell) {
  const [state, room] = [callers[cell.caller], roomStates[cell.room]];
  if (!state || !room) throw new Error(`unable to set the scene; nothing makes ${cell.room}, ${cell.caller}`);
  const { membersOnlySend } = cell;
  const scene = createScene({ ...state.settings, ...room.settings, membersOnlySend });
  await room.before(scene);
  const bob = room.absent ? await scene.open('bob') : await scene.furnish();
  const caller = await state.make(scene, bob);
  await room.after(scene);
  await scene.settle();
  return { scene, caller, rows: scene.rows() };
}

/** What a refused frame may write nevertheless. */
function mayChange(change: string, { caller, frame, expected }: FrameCell, room: string): boolean {
  // Any frame is a sign of life.
  if (/^USER#ann CONNECTION#\S+ \.leaseUntilMs$/.test(change)) return true;
  // A join that finds the room full has taken a turn, was a member for a moment, and its membership has an end.
  if (expected === 'full') return ofFullRoom(room).some((each) => each.test(change));
  // A resume, a leave or a send that finds the member evicted removes the row.
  const isEnd = caller === 'evicted, row still there' && ['resume', 'leave', 'send'].includes(frame);
  return isEnd && change === `ROOM#${room} MEMBER#ann`;
}

const ofFullRoom = (room: string): readonly RegExp[] => [
  /^END#\S+ END$/,
  /^USER#ann ACCESS( \.(turns|revision|expiresAtSec))?$/,
  /^USER#ann CONNECTION#\S+ \.(joins|rooms|roomsAddedAtMs)$/,
  new RegExp(`^ROOM#${room} MEMBER#ann( \\.(revision|joinedAtMs|ended|event|expiresAtSec))?$`),
];
