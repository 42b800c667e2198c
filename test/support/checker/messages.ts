import { type CallRecord, firstNotBelow } from './calls.ts';
import type { Facts } from './facts.ts';
import type { HistoryMessage } from './history.ts';
import type { AcceptedMessage, Life } from './timeline.ts';

/** I-D2, I-D3, I-D7: the seqs of a room, and what is known of the message at each. */
export function checkMessages(facts: Facts): void {
  for (const life of facts.timeline.lives()) {
    checkSeqs(facts, life);
    checkRepeats(facts, life);
  }
  const contents = new Map<string, Seen>();
  facts.history.forEach((event, index) => {
    if (event.kind === 'pushed' && event.frame.event === 'messages') {
      const { room, roomEpoch, messages } = event.frame;
      checkContents(facts, contents, facts.timeline.life(room, roomEpoch), messages, index);
    }
  });
  for (const record of facts.timeline.records) {
    const { call, answer, answerIndex } = record;
    if (answer?.code !== 0) continue;
    const life = facts.timeline.life(call.room, answer.result.roomEpoch);
    checkContents(facts, contents, life, answer.result.messages ?? [], answerIndex);
    if (call.op === 'repair' && life !== undefined) checkRepair(facts, life, record);
  }
}

function checkSeqs({ report }: Facts, life: Life): void {
  let former: AcceptedMessage | undefined;
  for (const message of life.accepted) {
    const expected = (former?.event.seq ?? 0) + 1;
    if (message.event.seq !== expected) {
      const isNewRoom = former === undefined && life.number > 0;
      const sentence = `message ${message.event.seq} of ${life.room} was accepted where ${expected} was next`;
      report(isNewRoom ? 'I-R1' : 'I-D3', sentence, former?.index ?? life.created?.index ?? Infinity, message.index);
    }
    former = message;
  }
}

/** An id may be of another message once the history has lost the first. */
function checkRepeats({ report, options }: Facts, life: Life): void {
  const first = new Map<string, AcceptedMessage>();
  for (const message of life.accepted) {
    const { sender, clientMessageId, seq } = message.event;
    if (clientMessageId === '') continue;
    const key = `${sender}\n${clientMessageId}`;
    const former = first.get(key);
    const isKept = former !== undefined && message.atMs - former.atMs < options.retentionMs - 2 * options.epsMs;
    if (!isKept) first.set(key, message);
    else if (former.event.seq !== seq) {
      const sentence = `${clientMessageId} of ${sender} was accepted as ${former.event.seq} and as ${seq}`;
      report('I-D2', sentence, former.index, message.index);
    }
  }
}

interface Seen extends HistoryMessage {
  readonly index: number;
}

function checkContents(
  { report }: Facts,
  contents: Map<string, Seen>,
  life: Life | undefined,
  messages: readonly HistoryMessage[],
  index: number,
): void {
  if (life === undefined) return;
  for (const message of messages) {
    const { seq, messageId, senderUserId, content, recalled } = message;
    const accepted = acceptedAt(life, seq);
    if (accepted === undefined || accepted.index > index || accepted.event.sender !== senderUserId) {
      const sentence = `message ${seq} of ${life.room} was delivered as of ${senderUserId}, who did not send it`;
      report('I-D1', sentence, accepted?.index ?? Infinity, index);
      continue;
    }
    const key = `${life.room}\n${life.epoch}\n${seq}`;
    const former = contents.get(key);
    const isOther = former !== undefined && former.content !== undefined && former.content !== content;
    if (accepted.event.messageId !== messageId || (isOther && content !== undefined && recalled !== true)) {
      report('I-D3', `message ${seq} of ${life.room} has changed`, accepted.index, former?.index ?? Infinity, index);
    } else if (recalled !== true && former === undefined) contents.set(key, { ...message, index });
  }
}

/** The accepted message of this seq. */
export function acceptedAt(life: Life, seq: number): AcceptedMessage | undefined {
  const message = life.accepted[seq - 1];
  if (message?.event.seq === seq) return message;
  return life.accepted.find(({ event }) => event.seq === seq);
}

/** A repair has every message of its page, or says that its seq is hidden; what it has not is lost for good. */
function checkRepair(facts: Facts, life: Life, { call, index, answer, answerIndex }: CallRecord): void {
  const { afterSeq, beforeSeq } = call.args;
  if (answer === undefined || afterSeq === undefined || answer.result.messages === undefined) return;
  const { next, messages, hidden } = answer.result;
  const found = new Set([...messages.map(({ seq }) => seq), ...(hidden ?? [])]);
  const last = typeof next === 'number' ? next : (beforeSeq || Infinity) - 1;
  const first = firstNotBelow(life.accepted, afterSeq + 1, ({ event }) => event.seq);
  for (let position = first; position < life.accepted.length; position += 1) {
    const message = life.accepted[position];
    if (message === undefined || message.event.seq > last || message.known.index >= index) return;
    if (message.known.atMs > call.atMs || message.event.transient === true || found.has(message.event.seq)) continue;
    if (answer.atMs - message.atMs >= facts.options.retentionMs - 2 * facts.options.epsMs) continue;
    const sentence = `message ${message.event.seq} of ${life.room} was accepted and is lost`;
    facts.report('I-D7', sentence, message.index, index, answerIndex);
    return;
  }
}
