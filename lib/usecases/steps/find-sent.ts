import type { Room } from '../../domain/room.ts';
import type { SentPosition } from '../../store/room-store.ts';
import type { Deps } from '../deps.ts';
import { lifeOf } from './read-messages.ts';

/**
 * Finds a user's message that an earlier attempt got into this room: in its tail, or in the log, as long as that keeps it.
 * The room must be read first: what leaves the tail after that is in the log already.
 */
export async function findSent(
  deps: Deps,
  room: Room,
  userId: string,
  clientMessageId: string,
): Promise<SentPosition | undefined> {
  const inTail = room.tail.find((one) => one.senderUserId === userId && one.clientMessageId === clientMessageId);
  return inTail ?? deps.store.findSent(lifeOf(room), userId, clientMessageId);
}
