/** Why a call of a chat failed. A call that is aborted rejects with the reason of its signal instead. */
export class ChatError extends Error {
  /** One of the codes of docs/protocol.md, or `READER_TOO_SLOW`. `describeCode` has a sentence for each. */
  readonly code: number;
  /** Of a send: sending again under this id does not store the message twice. */
  readonly clientMessageId: string | undefined;

  constructor(what: string, code: number, clientMessageId?: string) {
    super(`unable to ${what}; code ${code}`);
    this.name = 'ChatError';
    this.code = code;
    this.clientMessageId = clientMessageId;
  }
}
