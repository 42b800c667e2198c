import { asLogged, type Room, type TailEntry } from '../../domain/room.ts';
import { historyMs } from '../../domain/time.ts';
import { LOGGED_MAX } from '../../store/room-store.ts';
import type { Deps } from '../deps.ts';
import { lifeOf } from './life-of.ts';
import { tailMessages } from './tail-messages.ts';

/**
 * Puts the oldest of the tail into the log. Returns their entries in the form in which they were logged, for the write that
 * removes them from the room's row: a crash between the two loses nothing. A transient message loses its content in the
 * log, so it stays, with all after it, until it is delivered.
 */
export async function logTail(deps: Deps, room: Room, deliveredSeq: number): Promise<readonly TailEntry[]> {
  const oldest = room.tail.slice(0, LOGGED_MAX);
  const found = await tailMessages(deps, room, oldest);
  const waiting = found.find(({ seq, transient }) => transient === true && seq > deliveredSeq);
  const isLogged = ({ seq }: { readonly seq: number }) => waiting === undefined || seq < waiting.seq;
  const logged = oldest.filter(isLogged);
  const last = logged.at(-1);
  if (last === undefined) return [];
  const messages = found.filter(isLogged);
  const inTail = logged.flatMap(({ message }) => message ?? []);
  // From the messages, not from this clock: a Lambda that is late must not keep what was recalled since for longer.
  const expiresAtMs = last.sentAtMs + historyMs(deps.settings);
  await Promise.all([
    deps.store.appendLog(room.roomId, room.epoch, messages.map(asLogged), expiresAtMs),
    deps.store.noteSent(lifeOf(room), inTail, expiresAtMs),
  ]);
  return logged;
}
