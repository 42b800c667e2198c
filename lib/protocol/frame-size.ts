import { CONTENT_BYTES_MAX, ENTRY_VALUE_LENGTH_MAX, SIGNAL_BYTES_MAX } from './limits.ts';

/** The bytes of a text in UTF-8. Counted here because not every runtime of the SDK has a TextEncoder. */
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

/** The bytes of a frame on the wire. */
export const frameBytes = (frame: object): number => utf8Bytes(JSON.stringify(frame));

const BRACES_BYTES = 2;
const COMMA_BYTES = 1;

/**
 * Splits entries, in their order, into parts of at most `bytesMax` bytes in a frame; a longer entry is a part of its own.
 * At least one part. Client and server split alike.
 */
export function splitEntries(entries: ReadonlyMap<string, string>, bytesMax: number): ReadonlyMap<string, string>[] {
  let part = new Map<string, string>();
  let bytes = 0;
  const parts = [part];
  for (const [key, value] of entries) {
    const size = frameBytes({ [key]: value }) - BRACES_BYTES;
    if (part.size > 0 && bytes + COMMA_BYTES + size > bytesMax) {
      part = new Map();
      parts.push(part);
    }
    bytes = part.size > 0 ? bytes + COMMA_BYTES + size : size;
    part.set(key, value);
  }
  return parts;
}

/** The bytes of a text inside a frame: as a JSON string without its quotes. */
export const encodedBytes = (text: string): number => utf8Bytes(JSON.stringify(text)) - 2;

/** Does this content fit in a message? Client, parser and server API all ask here. */
export const isContentShort = (content: string): boolean => encodedBytes(content) <= CONTENT_BYTES_MAX;

/** Does this data fit in a signal? Client and parser ask here. */
export const isSignalShort = (data: string): boolean => encodedBytes(data) <= SIGNAL_BYTES_MAX;

/**
 * Half of a surrogate pair, which UTF-8 cannot express: the text would arrive changed. With `u` a whole pair is one
 * character, so only a half matches; not every runtime of the SDK knows `\p{Surrogate}`.
 */
const LONE_SURROGATE = /[\ud800-\udfff]/u;

/** Does the text consist of whole characters? */
export const isWellFormed = (text: string): boolean => !LONE_SURROGATE.test(text);

/** May a client set this as the value of an entry? */
export const isEntryValue = (value: string): boolean => value.length <= ENTRY_VALUE_LENGTH_MAX && isWellFormed(value);
