import { isJsonObject, jsonValue } from './json.ts';
import type { Sender } from './message.ts';

/** What the hook is asked before a client's message is accepted. */
export interface HookQuestion {
  /** The same each time that this message of this user is asked about, with this content: 22 of A-Z a-z 0-9 _ - */
  readonly id: string;
  readonly room: string;
  readonly userId: string;
  /** What the token said of the user. */
  readonly sender?: Sender | undefined;
  /** Of the connection: mobile, web or desktop. */
  readonly platform: string;
  readonly clientMessageId: string;
  readonly type: string;
  /** As the client sent it; the `extra` of RongCloud's types is in it. */
  readonly content: string;
  /** When the message came, ms since 1970. */
  readonly atMs: number;
}

/** What became of a question. */
export type HookVerdict =
  | { readonly kind: 'accepted' }
  /** `note`: why, for the sender; '' where the hook did not say. */
  | { readonly kind: 'refused'; readonly note: string }
  /** There is no answer, or none of the form; `why` is for the log and has nothing of the message. */
  | { readonly kind: 'failed'; readonly why: string };

export const HOOK_NOTE_LENGTH_MAX = 200;
/** A longer answer is none of the form. */
export const HOOK_ANSWER_BYTES_MAX = 8_192;

const malformed: HookVerdict = { kind: 'failed', why: 'the answer is not of the form' };

/**
 * Reads the body of an answer. One with `content` is not of the form: a hook that means to replace the content must not
 * find the message accepted as it was.
 */
export function readHookAnswer(text: string): HookVerdict {
  const answer = jsonValue(text);
  if (!isJsonObject(answer) || answer.content !== undefined) return malformed;
  const { decision, reason = '' } = answer;
  if (typeof reason !== 'string') return malformed;
  if (decision === 'accept') return { kind: 'accepted' };
  if (decision !== 'refuse') return malformed;
  return { kind: 'refused', note: reason.slice(0, HOOK_NOTE_LENGTH_MAX) };
}
