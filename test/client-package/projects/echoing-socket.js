/** A WebSocket and the server behind it: it accepts what is asked, and a user bob echoes each message. */
export class EchoingSocket {
  constructor(url, [protocol]) {
    this.url = url;
    this.protocol = protocol;
    setTimeout(() => this.onopen({}), 0);
  }

  send(text) {
    const { id, action, ...asked } = JSON.parse(text);
    const room = { room: 'r', roomEpoch: 'e1' };
    const stored = { seq: 1, messageId: 'm1', sentAtMs: 1 };
    const joined = { membership: 's1', joinedAtMs: 1, fresh: true, seq: 0, latestSeq: 0, messages: [], complete: true };
    const more = { join: { ...joined, hasEntries: false }, send: stored }[action];
    this.#arrive({ event: 'answer', id, code: 0, ...room, ...more });
    if (action !== 'send') return;
    const echo = { messageId: 'm2', clientMessageId: 'c2', senderUserId: 'bob', seq: 2, sentAtMs: 2 };
    this.#arrive({ event: 'messages', ...room, messages: [{ ...echo, type: asked.type, content: asked.content }] });
  }

  close() {}

  #arrive(frame) {
    setTimeout(() => this.onmessage({ data: JSON.stringify(frame) }), 0);
  }
}
