import { Code } from '../../lib/protocol/codes.ts';
import { utf8Bytes } from '../../lib/protocol/frame-size.ts';
import { FRAME_BYTES_MAX } from '../../lib/protocol/limits.ts';
import { parseFrame } from '../../lib/protocol/parse-frame.ts';
import { frameTable } from '../../lib/protocol/parse-frame-table.ts';

/** With these the parser may refuse a text: what docs/protocol.md says of frames and their fields. */
const refusals: ReadonlySet<number> = new Set([
  ...[Code.INVALID_PARAMETER, Code.CONTENT_TOO_LONG, Code.BAD_ROOM_ID, Code.BAD_COUNT, Code.BAD_TIMESTAMP],
  ...[Code.BAD_MESSAGE, Code.NO_SUCH_MESSAGE, Code.BAD_ENTRY_KEY, Code.BAD_ENTRY_VALUE, Code.BAD_ENTRIES],
  Code.TOO_MANY_ENTRIES_AT_ONCE,
]);
const REQUEST_ID = /^[A-Za-z0-9_-]{0,36}$/;
const SENTENCE_MAX = 300;

/** What becomes of an input, for the totals of a run: `accepted`, or the code of the refusal. */
export type Verdict = string;

/**
 * Parses the text and checks what holds for every text.
 * @throws Error that says what does not hold
 */
export function checkParser(text: string): Verdict {
  const parsed = parseFrame(text);
  if (!parsed.ok) {
    const { code, id, message } = parsed;
    if (!refusals.has(code)) throw new Error(`the parser refuses with ${code}`);
    if (!REQUEST_ID.test(id)) throw new Error(`the refusal has the id ${id}`);
    if (message.length > SENTENCE_MAX) throw new Error(`the refusal has ${message.length} characters`);
    return `${code}`;
  }
  const { frame } = parsed;
  if (utf8Bytes(text) > FRAME_BYTES_MAX) throw new Error('a frame that is too long is accepted');
  checkMembers(frame);
  const again = JSON.stringify(frame);
  const second = parseFrame(again);
  if (!second.ok) throw new Error(`an accepted frame is refused with ${second.code} when it is sent again`);
  if (JSON.stringify(second.frame) !== again) throw new Error('an accepted frame is another one when it is sent again');
  return 'accepted';
}

/** Every field is one of the action's, and the frame inherits nothing of the text. */
function checkMembers(frame: { readonly action: keyof typeof frameTable }): void {
  const known = frameTable[frame.action];
  const prototype: unknown = Object.getPrototypeOf(frame);
  if (prototype !== Object.prototype && prototype !== null) throw new Error('an accepted frame has a prototype');
  for (const name of Object.keys(frame)) {
    if (name !== 'action' && !Object.hasOwn(known, name)) throw new Error(`an accepted frame has ${name}`);
  }
  for (const name in Object.prototype) throw new Error(`Object.prototype has ${name}`);
}
