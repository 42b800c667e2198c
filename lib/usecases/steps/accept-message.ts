import { asLogged, messageIdAt, type NewMessage, type Room, type StoredMessage } from '../../domain/room.ts';
import { isTailFull } from '../../domain/sending.ts';
import { historyMs } from '../../domain/time.ts';
import { type Acceptance, StoreFault } from '../../store/room-store.ts';
import type { Deps } from '../deps.ts';

export type Accepted =
  | { readonly kind: 'accepted'; readonly room: Room; readonly message: StoredMessage }
  | { readonly kind: 'conflict' };

/** A message, and the conditions of its write. */
export interface Candidate {
  readonly message: NewMessage;
  /** As read before the sender was checked; undefined for the server API. */
  readonly sendPermissionVersion: number | undefined;
  readonly quotaSlot: Acceptance['quotaSlot'];
}

/** The time of a message that is accepted now: times never decrease in a room, whatever the clocks of two Lambdas say. */
export const sendTime = (deps: Deps, room: Room): number => Math.max(deps.now(), room.lastMessageAtMs);

/**
 * One write gives the message its seq and stores it. A full tail goes to the log first, and that write removes it from
 * the room's row, so a crash at any point loses nothing.
 */
export async function acceptMessage(deps: Deps, room: Room, candidate: Candidate): Promise<Accepted> {
  const logged = isTailFull(room.tail) ? room.tail : [];
  if (logged.length > 0) {
    const expiresAtMs = deps.now() + historyMs(deps.settings);
    await deps.store.appendLog(room.roomId, room.epoch, logged.map(asLogged), expiresAtMs);
  }
  const after = await deps.store.acceptMessage({ ...candidate, roomId: room.roomId, epoch: room.epoch, logged });
  if (after === 'conflict') return { kind: 'conflict' };
  const accepted = after.tail.find(({ seq, messageId }) => messageId === messageIdAt(seq, candidate.message.id));
  if (accepted === undefined) throw new StoreFault('unable to accept the message; the room does not hold it');
  return { kind: 'accepted', room: after, message: accepted };
}
