import { messageIdAt, type Room, type StoredMessage, type TailEntry } from '../../domain/room.ts';
import type { MessageContent } from '../../store/room-store.ts';
import type { Deps } from '../deps.ts';
import { lifeOf } from './life-of.ts';

/** The limit of one read. */
const CONTENTS_MAX = 100;

/**
 * The messages of these entries of the tail; those that have rows of their own are read. A row that is gone has expired,
 * as one of the log would, in a room that was quiet for so long: every message has its row before it is in a tail.
 */
export async function tailMessages(
  deps: Deps,
  room: Room,
  entries: readonly TailEntry[],
): Promise<readonly StoredMessage[]> {
  const ids = entries.flatMap(({ id, message }) => (message === undefined ? [id] : []));
  const contents = new Map<string, MessageContent>();
  for (let from = 0; from < ids.length; from += CONTENTS_MAX) {
    const found = await deps.store.readContents(lifeOf(room), ids.slice(from, from + CONTENTS_MAX));
    for (const [id, content] of found) contents.set(id, content);
  }
  return entries.flatMap(({ seq, id, sentAtMs, message }) => {
    if (message !== undefined) return [message];
    const content = contents.get(id);
    return content === undefined ? [] : [{ ...content, seq, messageId: messageIdAt(seq, id), sentAtMs }];
  });
}
