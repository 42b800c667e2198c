/*
 * How long the client's event loop is blocked by 10,000 pushes that arrive at once, in order, in the reverse order, and
 * with the first one missing, which is then repaired. The server is in this process and costs nothing but its JSON.
 */

import { performance } from 'node:perf_hooks';
import { type ClientSocket, createEngine } from '../lib/client/index.ts';
import type { Message } from '../lib/protocol/message.ts';
import { documentSection, toTable } from './document-section.ts';

const PUSHES = 10_000;
const ROUNDS = 5;
const ROOM = { room: 'r', roomEpoch: 'e' } as const;

const message = (seq: number): Message => ({
  seq,
  messageId: `m${seq}`,
  clientMessageId: `c${seq}`,
  senderUserId: 'bob',
  type: 'RC:TxtMsg',
  content: JSON.stringify({ content: `text ${seq}` }),
  sentAtMs: seq,
});

const token = ['{}', JSON.stringify({ sub: 'ann' }), '']
  .map((part) => Buffer.from(part).toString('base64url'))
  .join('.');

let push: (text: string) => void = () => {};

/** Answers each request at once, as a server that has all messages. */
class InstantSocket implements ClientSocket {
  onopen: ((event: never) => void) | null = null;
  onmessage: ((event: never) => void) | null = null;
  onerror: ((event: never) => void) | null = null;
  onclose: ((event: never) => void) | null = null;
  readonly protocol = 'doorman.v1';

  constructor() {
    push = (data) => this.onmessage?.({ data } as never);
    setImmediate(() => this.onopen?.({} as never));
  }

  send(text: string): void {
    const { action, id, afterSeq = 0, beforeSeq = 1 } = JSON.parse(text);
    if (id === undefined) return;
    const joined = { membership: 's', joinedAtMs: 1, fresh: true, seq: 0, latestSeq: 0, hasEntries: false };
    const missing = Array.from({ length: Math.max(0, beforeSeq - afterSeq - 1) }, (_, at) =>
      message(afterSeq + 1 + at),
    );
    const messages = action === 'repair' ? missing : [];
    const answer = { event: 'answer', id, code: 0, ...ROOM, ...joined, messages, complete: true };
    setImmediate(() => push(JSON.stringify(answer)));
  }

  close(): void {}
}

async function blockedMs(seqs: readonly number[]): Promise<number> {
  const engine = createEngine('', { server: 'wss://chat.test', platform: 'desktop', WebSocket: InstantSocket });
  let received = 0;
  const all = new Promise<void>((resolve) => {
    engine.setOnMessageReceivedListener(() => {
      received += 1;
      if (received === PUSHES) resolve();
    });
  });
  await new Promise((resolve) => void engine.connect(token, 0, { onConnected: resolve }));
  await new Promise((resolve) => void engine.joinChatRoom('r', -1, true, { onChatRoomJoined: resolve }));
  const frames = seqs.map((seq) => JSON.stringify({ event: 'messages', ...ROOM, messages: [message(seq)] }));
  const fromMs = performance.now();
  for (const frame of frames) push(frame);
  const ms = performance.now() - fromMs;
  await all;
  await engine.destroy();
  return ms;
}

const inOrder = Array.from({ length: PUSHES }, (_, index) => index + 1);
const cases = [
  ['in order', inOrder],
  ['in the reverse order', inOrder.toReversed()],
  ['without the first one, which is repaired', inOrder.slice(1)],
] as const;
const rows: (readonly [string, string, string])[] = [];
for (const [name, seqs] of cases) {
  const times: number[] = [];
  for (let round = 0; round <= ROUNDS; round += 1) times.push(await blockedMs(seqs));
  // The first one compiles the code.
  const sorted = times.slice(1).sort((one, other) => one - other);
  rows.push([name, (sorted[Math.floor(ROUNDS / 2)] ?? 0).toFixed(0), (sorted.at(-1) ?? 0).toFixed(0)]);
}
const table = toTable(['10,000 pushes at once', 'median ms', 'most ms'], rows);
console.log(table);
await documentSection('client.md', 'pushes', table);
