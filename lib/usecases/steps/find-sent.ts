import { messageIdAt, type Room, readMessageId } from '../../domain/room.ts';
import { SEND_KEPT_MS } from '../../domain/turns.ts';
import { FRAME_BYTES_MAX } from '../../protocol/limits.ts';
import type { SentPosition } from '../../store/room-store.ts';
import type { Deps } from '../deps.ts';
import { lifeOf } from './life-of.ts';

/** Messages per read of the log. */
const PAGE = 200;

/** The same for each attempt at one message of one user. No user id contains the separator. */
export const idOfSent = (deps: Deps, userId: string, clientMessageId: string): string =>
  deps.digest(`${userId}#${clientMessageId}`);

/**
 * Finds a message that an earlier attempt got into this room: in its tail, or in the log, as long as that keeps it. The room
 * must be read first: what leaves the tail after that is in the log already.
 */
export async function findSent(deps: Deps, room: Room, id: string): Promise<SentPosition | undefined> {
  const inTail = room.tail.find((entry) => entry.id === id);
  if (inTail !== undefined) {
    const { seq, sentAtMs } = inTail;
    return { seq, sentAtMs, messageId: messageIdAt(seq, id) };
  }
  const record = await deps.store.findSent(lifeOf(room), id);
  if (record === undefined || 'seq' in record) return record;
  return findInLog(deps, room, id, record.startedAtMs);
}

/**
 * An earlier attempt has stored the message, and may have died before it was accepted. If it was, then soon after it began:
 * times never decrease with seq, no attempt takes longer than SEND_KEPT_MS, and clocks may differ by as much.
 */
async function findInLog(deps: Deps, room: Room, id: string, startedAtMs: number): Promise<SentPosition | undefined> {
  const beforeSeq = room.tail[0]?.seq ?? room.seq + 1;
  let afterSeq = ((await deps.store.markBefore(lifeOf(room), startedAtMs)) ?? 1) - 1;
  for (;;) {
    const range = { afterSeq, beforeSeq, order: 'ascending', limit: PAGE, charactersMax: FRAME_BYTES_MAX } as const;
    const { messages, readTo } = await deps.store.readLog({ ...lifeOf(room), ...range });
    const found = messages.find(({ messageId }) => readMessageId(messageId)?.id === id);
    if (found !== undefined) return { seq: found.seq, messageId: found.messageId, sentAtMs: found.sentAtMs };
    const last = messages.at(-1);
    if (readTo === undefined || (last !== undefined && last.sentAtMs > startedAtMs + 2 * SEND_KEPT_MS))
      return undefined;
    afterSeq = readTo;
  }
}
