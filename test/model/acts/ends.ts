import { ask, nameOf } from '../act.ts';
import type { GuardName, Guards } from '../guards.ts';
import { deleteRow, noteEnd, putRow } from '../member-steps.ts';
import type { Step } from '../process.ts';
import { ended } from '../rules.ts';
import { emptyRow, type Reason, type Row } from '../world.ts';

/** Ends the membership on the row as read, by one conditional write; false = the row has changed. */
export function* endMembership(
  row: Row,
  reason: 'left' | 'offline',
  on: Guards,
  guard: GuardName,
  exceptConnection?: number,
): Generator<Step, boolean, never> {
  if (reason !== 'offline' && on('the reason is noted before the end')) yield noteEnd(row.membership, reason);
  const left = row.connections.filter((connection) => connection !== exceptConnection);
  const isDeletion = left.length === 0 && (reason === 'offline') === (row.mark !== null);
  const guarded = on(guard);
  const text = `ends ${nameOf(row.user)}'s membership: '${reason}'`;
  if (isDeletion) return yield* ask(deleteRow(row, reason, { text, guarded, named: true }));
  const random = on('the first revision of a row is random');
  return (yield* ask(putRow(ended(row, reason), { text, read: row, guarded, random, event: reason }))) !== null;
}

/** Removes a row without an event. */
export function* forgetRow(row: Row, on: Guards, guard: GuardName): Generator<Step, void, never> {
  const text = `removes ${nameOf(row.user)}'s row`;
  const guarded = on(guard);
  if (row.membership === 0) yield deleteRow(row, undefined, { text, guarded, named: false });
  else {
    const random = on('the first revision of a row is random');
    yield putRow(emptyRow(row.user, row.epoch), { text, read: row, guarded, random });
  }
}

/** What a refusal of a resume says of the end. */
export type Told = Reason | 'destroyed';
