import { CONTENT_BYTES_MAX, ENTRY_VALUE_LENGTH_MAX } from './limits.ts';

/** Bytes of a text in UTF-8. Counted by hand: not every runtime of the SDK has a TextEncoder. */
export function utf8Bytes(text: string): number {
  let bytes = text.length;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit < 0x80) continue;
    // Each half of a surrogate pair counts 2 of the pair's 4 bytes; JSON leaves no half alone.
    bytes += unit < 0x800 || isSurrogate(unit) ? 1 : 2;
  }
  return bytes;
}

const isSurrogate = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdfff;

/** Bytes of a frame as it goes over the wire. */
export const frameBytes = (frame: object): number => utf8Bytes(JSON.stringify(frame));

/** Bytes of a text inside a frame: as a JSON string without its quotes. */
export const encodedBytes = (text: string): number => utf8Bytes(JSON.stringify(text)) - 2;

/** May this be the content of a message? The verdict is the same by every way in. */
export const isContentShort = (content: string): boolean => encodedBytes(content) <= CONTENT_BYTES_MAX;

/**
 * Half of a character, which UTF-8 has no form for: it would not come back as it was sent. With `u` a whole pair is one
 * character, so only a half matches; not every runtime of the SDK knows `\p{Surrogate}`.
 */
const LONE_SURROGATE = /[\ud800-\udfff]/u;

export const isWellFormed = (text: string): boolean => !LONE_SURROGATE.test(text);

/** May this be the value of an attribute that a client sets? */
export const isEntryValue = (value: string): boolean => value.length <= ENTRY_VALUE_LENGTH_MAX && isWellFormed(value);
