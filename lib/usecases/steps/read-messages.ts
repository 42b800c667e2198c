import type { Room } from '../../domain/room.ts';
import { FRAME_BYTES_MAX } from '../../protocol/limits.ts';
import type { LogPage } from '../../store/room-store.ts';
import type { Deps } from '../deps.ts';
import { lifeOf } from './life-of.ts';
import { tailMessages } from './tail-messages.ts';

/** Messages of a room with afterSeq < seq < beforeSeq. */
export interface Range {
  readonly afterSeq: number;
  readonly beforeSeq: number;
  readonly order: 'ascending' | 'descending';
  readonly limit: number;
}

/**
 * Messages from the log and the room's tail, each once. The room is read first: what leaves the tail after that is in
 * the log already. Ends after one frame's worth of text, since no answer holds more.
 */
export async function readMessages(deps: Deps, room: Room, range: Range): Promise<LogPage> {
  const { afterSeq, beforeSeq, order, limit } = range;
  const isUp = order === 'ascending';
  const tail = room.tail.filter(({ seq }) => seq > afterSeq && seq < beforeSeq);
  const inOrder = isUp ? tail : tail.toReversed();
  const firstOfTail = room.tail[0]?.seq ?? room.seq + 1;
  const ofLog = { afterSeq, beforeSeq: Math.min(beforeSeq, firstOfTail) };
  const fromLog = limit - (isUp ? 0 : inOrder.length);
  const isInLog = ofLog.beforeSeq - ofLog.afterSeq >= 2;
  const logged: LogPage =
    isInLog && fromLog > 0
      ? await deps.store.readLog({ ...lifeOf(room), ...ofLog, order, limit: fromLog, charactersMax: FRAME_BYTES_MAX })
      : { messages: [] };
  // If the log's page ends short, the tail is left out: it comes after the messages that are missing.
  const isLeftOut = isUp && logged.readTo !== undefined;
  const fromTail = isLeftOut ? [] : inOrder.slice(0, isUp ? limit - logged.messages.length : limit);
  const ofTail = await tailMessages(deps, room, fromTail);
  const messages = isUp ? [...logged.messages, ...ofTail] : [...ofTail, ...logged.messages];
  const isTruncated = !isLeftOut && (fromTail.length < inOrder.length || (isInLog && fromLog <= 0));
  const readTo = isTruncated ? fromTail.at(-1)?.seq : logged.readTo;
  return readTo === undefined ? { messages } : { messages, readTo };
}
