import { asLogged, type Room, type TailEntry } from '../../domain/room.ts';
import { historyMs } from '../../domain/time.ts';
import type { Deps } from '../deps.ts';
import { lifeOf } from './life-of.ts';
import { tailMessages } from './tail-messages.ts';

/**
 * Puts the tail into the log. Returns its entries in the form in which they were logged, for the write that removes them
 * from the room's row: a crash between the two loses nothing.
 */
export async function logTail(deps: Deps, room: Room): Promise<readonly TailEntry[]> {
  const { tail } = room;
  if (tail.length === 0) return tail;
  const messages = await tailMessages(deps, room, tail);
  const expiresAtMs = deps.now() + historyMs(deps.settings);
  const inTail = tail.flatMap(({ message }) => message ?? []);
  await Promise.all([
    deps.store.appendLog(room.roomId, room.epoch, messages.map(asLogged), expiresAtMs),
    deps.store.noteSent(lifeOf(room), inTail, expiresAtMs),
  ]);
  return tail;
}
