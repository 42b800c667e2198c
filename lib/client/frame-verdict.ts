import { Code } from '../protocol/codes.ts';
import { FRAME_BYTES_MAX, isContentShort, isWellFormed, utf8Bytes } from '../protocol/frame-size.ts';
import { type ClientFrame, ENTRY_VALUE_LENGTH_MAX } from '../protocol/frames.ts';

/** With which code the server would refuse this frame for its size or its text; undefined = that is for the server to say. */
export function verdictOn(frame: ClientFrame, text: string): Code | undefined {
  if (frame.action === 'send') {
    if (!isWellFormed(frame.content)) return Code.BAD_MESSAGE;
    if (!isContentShort(frame.content)) return Code.CONTENT_TOO_LONG;
  }
  if (frame.action === 'setEntries' && !areEntryValues(Object.values(frame.entries))) return Code.BAD_ENTRY_VALUE;
  return utf8Bytes(text) > FRAME_BYTES_MAX ? Code.CONTENT_TOO_LONG : undefined;
}

/** May all of these be values of attributes? */
export function areEntryValues(values: readonly string[]): boolean {
  return values.every((value) => value.length <= ENTRY_VALUE_LENGTH_MAX && isWellFormed(value));
}
