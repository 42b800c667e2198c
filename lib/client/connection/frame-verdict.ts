import type { ClientFrame } from '../../protocol/client-frames.ts';
import { Code } from '../../protocol/codes.ts';
import { isContentShort, isEntryValue, isWellFormed, utf8Bytes } from '../../protocol/frame-size.ts';
import { FRAME_BYTES_MAX } from '../../protocol/limits.ts';

/** The code with which the server would refuse this frame for its size or text; undefined = the server has to decide. */
export function verdictOn(frame: ClientFrame, text: string): Code | undefined {
  if (frame.action === 'send') {
    if (!isWellFormed(frame.content)) return Code.BAD_MESSAGE;
    if (!isContentShort(frame.content)) return Code.CONTENT_TOO_LONG;
  }
  if (frame.action === 'setEntries' && !Object.values(frame.entries).every(isEntryValue)) return Code.BAD_ENTRY_VALUE;
  return utf8Bytes(text) > FRAME_BYTES_MAX ? Code.CONTENT_TOO_LONG : undefined;
}
