import { asLogged, messageIdAt, type Room, type StoredMessage } from '../../domain/room.ts';
import { isTailFull } from '../../domain/sending.ts';
import { historyMs } from '../../domain/time.ts';
import { type Acceptance, StoreFault } from '../../store/room-store.ts';
import type { Deps } from '../deps.ts';

/** The message as the room's row stored it, and the room after that write. */
export interface Accepted {
  readonly room: Room;
  readonly message: StoredMessage;
}

/**
 * The time of a message that is accepted now: times never decrease in a room, whatever the clocks of two Lambdas say.
 */
export const sendTime = (deps: Deps, room: Room): number => Math.max(deps.now(), room.lastMessageAtMs);

/**
 * One write gives the message its seq and stores it. A full tail goes to the log first, and that write removes it from
 * the room's row, so a crash at any point loses nothing.
 */
export async function acceptMessage(
  deps: Deps,
  room: Room,
  acceptance: Pick<Acceptance, 'message' | 'sendPermissionVersion' | 'quotaSlot'>,
): Promise<Accepted | 'conflict'> {
  const logged = isTailFull(room.tail) ? room.tail : [];
  if (logged.length > 0) {
    const expiresAtMs = deps.now() + historyMs(deps.settings);
    await deps.store.appendLog(room.roomId, room.epoch, logged.map(asLogged), expiresAtMs);
  }
  const after = await deps.store.acceptMessage({ ...acceptance, roomId: room.roomId, epoch: room.epoch, logged });
  if (after === 'conflict') return 'conflict';
  const accepted = after.tail.find(({ seq, messageId }) => messageId === messageIdAt(seq, acceptance.message.id));
  if (accepted === undefined) throw new StoreFault('unable to accept the message; the room does not hold it');
  return { room: after, message: accepted };
}
