import { expect } from 'vitest';
import { callers } from './callers.ts';
import type { FrameCell } from './cells.ts';
import { changing, frames } from './frames.ts';
import { roomStates } from './room-states.ts';
import { createScene } from './scene.ts';
import { differences } from './table-rows.ts';
import { answerOf } from './words.ts';

/** Sets the scene of a cell, plays its frame, and compares the answer and the table with what the rules say. */
export async function checkCell(cell: FrameCell): Promise<void> {
  const [state, room, frameOf] = [callers[cell.caller], roomStates[cell.room], frames[cell.frame]];
  if (!state || !room || !frameOf) throw new Error(`unable to check the cell; nothing makes ${JSON.stringify(cell)}`);
  const { membersOnlySend } = cell;
  const scene = createScene({ ...state.settings, ...room.settings, membersOnlySend });
  await room.before(scene);
  const bob = room.absent ? await scene.open('bob') : await scene.furnish();
  const caller = await state.make(scene, bob);
  await room.after(scene);
  await scene.settle();

  const before = scene.rows();
  const frame = frameOf(scene.state.names);
  const answered = await scene.frame(caller, JSON.stringify(frame.action === 'beat' ? frame : { id: 'r1', ...frame }));
  const changed = differences(before, scene.rows());

  expect(scene.faults).toEqual([]);
  const expected = answerOf(cell.expected);
  if (expected === undefined) expect(answered).toBeUndefined();
  else expect(answered).toMatchObject({ event: 'answer', id: 'r1', ...expected });
  const isDone = expected?.code === 0;
  if (!isDone) expect(changed.filter((one) => !mayChange(one, cell, scene.room))).toEqual([]);
  if (isDone && changing.includes(cell.frame)) expect(changed.join()).toContain(`ROOM#${scene.room}`);
}

/** What a refused frame may write nevertheless. */
function mayChange(change: string, { caller, frame }: FrameCell, room: string): boolean {
  // Any frame is a sign of life.
  if (/^USER#ann CONNECTION#\S+ \.leaseUntilMs$/.test(change)) return true;
  // A resume or a leave that finds the member evicted removes the row.
  const isEnd = frame === 'resume' || frame === 'leave';
  return isEnd && caller.startsWith('evicted') && change === `ROOM#${room} MEMBER#ann`;
}
