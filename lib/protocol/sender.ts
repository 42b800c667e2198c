import { encodedBytes, frameBytes, isWellFormed, utf8Bytes } from './frame-size.ts';
import { isJsonObject } from './json.ts';
import {
  CONTENT_BYTES_MAX,
  MEMBER_SENDER_BYTES_MAX,
  SENDER_NAME_LENGTH_MAX,
  SENDER_PORTRAIT_BYTES_MAX,
} from './limits.ts';
import type { Sender } from './message.ts';

const isShown = (value: unknown): value is string => typeof value === 'string' && value !== '' && isWellFormed(value);

/** What may be put on messages, of a name and a picture; undefined = nothing. One that is too long is left out. */
export function readSender(given: unknown): Sender | undefined {
  const { name, portrait } = isJsonObject(given) ? given : {};
  const hasName = isShown(name) && name.length <= SENDER_NAME_LENGTH_MAX;
  const hasPortrait = isShown(portrait) && utf8Bytes(portrait) <= SENDER_PORTRAIT_BYTES_MAX;
  if (!hasName && !hasPortrait) return undefined;
  return { ...(hasName ? { name } : {}), ...(hasPortrait ? { portrait } : {}) };
}

/**
 * What a member is listed with. An address that is much longer as JSON, which no address of a picture is, is left out; a
 * name never is.
 */
export const listedSender = (sender: Sender): Sender | undefined =>
  frameBytes({ sender }) <= MEMBER_SENDER_BYTES_MAX ? sender : readSender({ name: sender.name });

/** Every frame that can hold the longest content holds this content with its sender too. */
export const hasSpaceFor = (sender: Sender, content: string): boolean =>
  encodedBytes(content) + frameBytes({ sender }) <= CONTENT_BYTES_MAX;
