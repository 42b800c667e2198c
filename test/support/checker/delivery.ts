import type { Facts } from './facts.ts';
import type { Pushed } from './history.ts';
import { acceptedAt } from './messages.ts';
import { surelyBlocked } from './sends.ts';
import { standingDuring } from './standing.ts';
import type { Life } from './timeline.ts';

/** I-B3, I-D8: who gets what was said. */
export function checkDelivery(facts: Facts): void {
  facts.history.forEach((event, index) => {
    if (event.kind === 'pushed') checkPushed(facts, event, index);
  });
  for (const record of facts.timeline.records) {
    const { call, index, answer, answerIndex } = record;
    if (call.by === 'server-api' || (call.op !== 'history' && call.op !== 'repair')) continue;
    if (answer?.code !== 0 || (answer.result.messages ?? []).length === 0) continue;
    const standing = standingDuring(facts, call.room, call.by.user, { index, atMs: call.atMs }, answerIndex);
    if (standing.is !== 'none') continue;
    const sentence = `${call.by.user} read messages of ${call.room} without being a member`;
    facts.report('I-D8', sentence, ...standing.events, index, answerIndex);
  }
}

function checkPushed(facts: Facts, { connection, frame, atMs }: Pushed, index: number): void {
  if (frame.event !== 'messages') return;
  const user = facts.timeline.sockets.get(connection)?.opened.user;
  const life = facts.timeline.life(frame.room, frame.roomEpoch);
  if (user === undefined || life === undefined) return;
  const block = surelyBlocked(facts, life, user, index, atMs + facts.options.epsMs);
  if (block?.answer !== undefined && atMs - block.answer.atMs > facts.options.inFlightMs) {
    const sentence = `${user} got messages of ${life.room} while blocked`;
    facts.report('I-B3', sentence, block.index, block.answerIndex, index);
    return;
  }
  const newest = Math.max(0, ...frame.messages.map(({ seq }) => seq));
  checkRecipient(facts, life, user, newest, index);
}

/** The message was sent long after the recipient's end, so that nobody can have meant them. */
function checkRecipient(facts: Facts, life: Life, user: string, seq: number, index: number): void {
  const message = acceptedAt(life, seq);
  if (message === undefined || message.index > index) return;
  const { sender, clientMessageId } = message.event;
  const sends = facts.timeline.calls.sendsOf(life.room, sender, clientMessageId);
  const first = sends[0];
  const from = first === undefined ? message : { index: first.index, atMs: first.call.atMs };
  const fromMs = Math.min(from.atMs, message.atMs) - facts.options.inFlightMs;
  const standing = standingDuring(facts, life.room, user, { index: from.index, atMs: fromMs }, index);
  const ended = facts.timeline.atMs(Math.max(-1, ...standing.events));
  if (standing.is !== 'none' || (ended !== Infinity && ended > fromMs)) return;
  facts.report('I-D8', `${user} got message ${seq} of ${life.room} after the end`, ...standing.events, index);
}
