/** The code with which a loop ends that is more than 1,000 items behind. RongCloud's own codes of calls are 1 to 4. */
export const READER_TOO_SLOW = 5;

/** Why a call of a chat failed. A call that is aborted rejects with the reason of its signal instead. */
export class ChatError extends Error {
  /** A code of docs/protocol.md, `CLIENT_CLOSED` or `READER_TOO_SLOW`. `describeCode` has a sentence for each. */
  readonly code: number;
  /** Of a send: sending again under this id does not store the message twice. */
  readonly clientMessageId: string | undefined;
  /** Of a send: how long to wait, where the server says so, as with 20690, slow mode. */
  readonly retryAfterMs: number | undefined;

  constructor(what: string, code: number, clientMessageId?: string, retryAfterMs?: number) {
    super(`unable to ${what}; code ${code}`);
    this.name = 'ChatError';
    this.code = code;
    this.clientMessageId = clientMessageId;
    this.retryAfterMs = retryAfterMs;
  }
}
