import { isJsonObject, jsonValue } from '../../protocol/json.ts';
import { type Message, TEXT_TYPE } from '../../protocol/message.ts';

/** A message of a room. */
export interface ChatMessage {
  /** Unique per room epoch. */
  readonly messageId: string;
  readonly clientMessageId: string;
  /** The position in the room: 1, 2, 3 … without gaps; 0 = a broadcast, which is in no history. */
  readonly seq: number;
  readonly senderUserId: string;
  /** ms since 1970 */
  readonly sentAtMs: number;
  /** `RC:TxtMsg` for a text; otherwise the app's own. */
  readonly type: string;
  /** As it is on the wire: JSON by convention. */
  readonly content: string;
  /** The text, if it is one. */
  readonly text?: string;
  /** It was sent before the user joined, or while they were not connected. */
  readonly isEarlier: boolean;
}

/** A text, or a message of the app's own type: 1 to 32 of A-Z a-z 0-9 : _ . - that do not begin with `RC:`. */
export type ChatContent = string | { readonly type: string; readonly content: string | object };

/** What a content is on the wire. */
export function wireOf(given: ChatContent): Pick<Message, 'type' | 'content'> {
  if (typeof given === 'string') return { type: TEXT_TYPE, content: JSON.stringify({ content: given }) };
  const { type, content } = given;
  return { type, content: typeof content === 'string' ? content : JSON.stringify(content) };
}

/** A message as the app gets it. */
export function toChatMessage(message: Omit<Message, 'recalled' | 'hidden'>, isEarlier: boolean): ChatMessage {
  const { messageId, clientMessageId, seq, senderUserId, sentAtMs, type, content } = message;
  const read = type === TEXT_TYPE ? jsonValue(content) : undefined;
  const text = isJsonObject(read) && typeof read.content === 'string' ? { text: read.content } : {};
  return { messageId, clientMessageId, seq, senderUserId, sentAtMs, type, content, ...text, isEarlier };
}
