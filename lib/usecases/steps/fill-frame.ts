import type { StoredMessage } from '../../domain/room.ts';
import { frameBytes } from '../../protocol/frame-size.ts';
import { FRAME_BYTES_MAX } from '../../protocol/limits.ts';
import type { Message } from '../../protocol/message.ts';
import { REQUEST_ID_FORM } from '../../protocol/name-form.ts';
import { wireMessage } from './wire-message.ts';

/** The longest id that a request can have. */
const ANY_ID = 'x'.repeat(REQUEST_ID_FORM.lengthMax);

/** Which messages went into a frame. */
export interface Filled {
  readonly messages: readonly Message[];
  /** Seqs of those that are hidden. */
  readonly hidden: readonly number[];
  /** The seq of the last one that was handled, shown or not; undefined = there was none. */
  readonly lastSeq: number | undefined;
  /** Some did not fit: they need another frame. */
  readonly isTruncated: boolean;
}

/**
 * Puts messages into an answer, in their order, as many as fit. A message that fits into no frame is left out, so that
 * it does not block the others. `around`: the answer without them, with every field that it will have.
 */
export function fillFrame(around: object, messages: readonly StoredMessage[], userId: string): Filled {
  const empty = frameBytes({ event: 'answer', id: ANY_ID, ...around, messages: [], hidden: [] });
  const shown: Message[] = [];
  const hidden: number[] = [];
  let bytes = empty;
  let lastSeq: number | undefined;
  for (const message of messages) {
    const own = wireMessage(userId, message);
    // And a comma.
    const added = 1 + (message.hidden ? String(message.seq).length : frameBytes(own));
    if (empty + added <= FRAME_BYTES_MAX) {
      bytes += added;
      if (bytes > FRAME_BYTES_MAX) return { messages: shown, hidden, lastSeq, isTruncated: true };
      if (message.hidden) hidden.push(message.seq);
      else shown.push(own);
    }
    lastSeq = message.seq;
  }
  return { messages: shown, hidden, lastSeq, isTruncated: false };
}
