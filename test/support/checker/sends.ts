import type { CallRecord } from './calls.ts';
import type { Facts } from './facts.ts';
import { acceptedAt } from './messages.ts';
import { standingDuring } from './standing.ts';
import { type AcceptedMessage, LAMBDA_MS, type Life } from './timeline.ts';

/** I-D1, I-D2, I-D7, I-D9, I-B2: sends and what became of them. */
export function checkSends(facts: Facts): void {
  for (const record of facts.timeline.records) {
    if (record.call.op === 'send' && record.answer?.code === 0) checkSent(facts, record);
  }
  for (const life of facts.timeline.lives()) {
    for (const message of life.accepted) checkSource(facts, life, message);
    if (life.destroyed !== undefined) checkDestroyed(facts, life, life.destroyed.index);
  }
  checkOrder(facts);
}

function checkDestroyed({ report }: Facts, life: Life, destroyed: number): void {
  const late = life.accepted.find(({ index }) => index > destroyed);
  if (late !== undefined) report('I-R1', `${life.room} took a message after its end`, destroyed, late.index);
}

function checkSent({ timeline, report }: Facts, { call, index, answer, answerIndex }: CallRecord): void {
  const { seq, roomEpoch } = answer?.result ?? {};
  const life = timeline.life(call.room, roomEpoch);
  if (call.by === 'server-api' || seq === undefined || roomEpoch === undefined) return;
  const { user } = call.by;
  const id = call.args.clientMessageId ?? '';
  const isOwn = ({ event }: AcceptedMessage) => event.sender === user && event.clientMessageId === id;
  const named = life === undefined ? undefined : acceptedAt(life, seq);
  if (named !== undefined && named.index < answerIndex && isOwn(named)) return;
  const own = life?.accepted.find((message) => message.index < answerIndex && isOwn(message));
  if (own === undefined)
    report('I-D7', `${id} of ${user} was answered with ${seq}, and was not accepted`, index, answerIndex);
  else
    report('I-D2', `${id} of ${user} is ${own.event.seq} and was answered with ${seq}`, own.index, index, answerIndex);
}

/** Whether a refusal says for certain that nothing has been done. */
function isFinal(code: number): boolean {
  const isAgain = (code >= 20600 && code < 20700) || (code >= 30001 && code <= 30003);
  return code >= 20000 && code < 50000 && !isAgain;
}

function checkSource(facts: Facts, life: Life, { event, index, atMs, byServer }: AcceptedMessage): void {
  const { sender, clientMessageId, seq } = event;
  if (byServer) return;
  const sends = facts.timeline.calls.sendsOf(life.room, sender, clientMessageId).filter((send) => send.index < index);
  const name = `message ${seq} of ${life.room}`;
  if (sends.length === 0) {
    facts.report('I-D1', `${name} was accepted as of ${sender}, who had not sent it`, index);
    return;
  }
  const refused = sends.findLast(({ answer }) => answer !== undefined && isFinal(answer.code));
  if (refused !== undefined && sends.every(({ answer }) => answer !== undefined && isFinal(answer.code))) {
    facts.report('I-D7', `${name} was refused and accepted`, refused.index, index, refused.answerIndex);
    return;
  }
  const active = sends.filter(({ call, answerIndex }) => answerIndex > index && call.atMs + LAMBDA_MS > atMs);
  checkAllowed(facts, life, event.sender, active, { index, atMs, seq, sentAtMs: event.sentAtMs });
}

interface Taken {
  readonly index: number;
  readonly atMs: number;
  readonly seq: number;
  readonly sentAtMs: number;
}

function checkAllowed(facts: Facts, life: Life, sender: string, active: readonly CallRecord[], message: Taken): void {
  const { options, report } = facts;
  const { index, seq } = message;
  const since = life.created?.index ?? -1;
  const name = `message ${seq} of ${life.room}`;
  const latestMs = Math.max(message.atMs, message.sentAtMs) + options.epsMs;
  const block = surelyBlocked(facts, life, sender, index, latestMs);
  const muted = facts.mutes.get(life.room, sender)?.surely(index, since);
  const first = active[0];
  const everywhere = first === undefined ? undefined : surelyBlockedEverywhere(facts, sender, first.index, latestMs);
  if (block !== undefined || everywhere !== undefined) {
    const by = block ?? everywhere;
    const sentence = `${name} was accepted from ${sender}, who was blocked`;
    report('I-B2', sentence, by?.index ?? Infinity, by?.answerIndex ?? Infinity, index);
  } else if (muted !== undefined) {
    report('I-D1', `${name} was accepted from ${sender}, who was muted`, muted.index, muted.answerIndex, index);
  } else if (first !== undefined && options.membersOnlySend) {
    const from = { index: first.index, atMs: first.call.atMs };
    const standing = standingDuring(facts, life.room, sender, from, index - 1);
    if (standing.is !== 'none') return;
    report('I-D1', `${name} was accepted from ${sender}, who was no member`, ...standing.events, first.index, index);
  }
}

/** The block in the room that holds for certain at this point and up to this time. */
export function surelyBlocked(
  { blocks }: Facts,
  life: Life,
  user: string,
  index: number,
  untilMs: number,
): CallRecord | undefined {
  const found = blocks.get(life.room, user);
  if (found === undefined) return undefined;
  const block = found.surely(index, life.created?.index ?? -1);
  if (block === undefined || (life.destroyed !== undefined && life.destroyed.index < index)) return undefined;
  const isShort = ({ call }: CallRecord) => (call.args.untilMs ?? Infinity) <= untilMs;
  const others = found.ons.filter((other) => other.index < index && other.answerIndex > block.index);
  return others.some(isShort) ? undefined : block;
}

export function surelyBlockedEverywhere(
  { blocksEverywhere }: Facts,
  user: string,
  index: number,
  untilMs: number,
): CallRecord | undefined {
  const found = blocksEverywhere.get('', user);
  if (found === undefined) return undefined;
  const block = found.surely(index);
  if (block === undefined) return undefined;
  const others = found.ons.filter((other) => other.index < index && other.answerIndex > block.index);
  return others.some(({ call }) => (call.args.untilMs ?? Infinity) <= untilMs) ? undefined : block;
}

/** Messages that were sent once each: what is sent again may have been accepted at any of its sends. */
function checkOrder(facts: Facts): void {
  const last = new Map<string, CallRecord>();
  for (const record of facts.timeline.records) {
    const { call, answer } = record;
    if (call.op !== 'send' || call.by === 'server-api' || answer?.code !== 0 || answer.result.seq === undefined)
      continue;
    if (facts.timeline.calls.sendsOf(call.room, call.by.user, call.args.clientMessageId ?? '').length > 1) continue;
    const key = `${call.by.connection}\n${call.room}\n${answer.result.roomEpoch ?? ''}`;
    const former = last.get(key);
    last.set(key, record);
    // Two that are in flight at once may be served in any order, unless the client keeps it.
    const isOpen = former !== undefined && former.answerIndex > record.index;
    if (former === undefined || (isOpen && !facts.options.ordersSends)) continue;
    if ((former.answer?.result.seq ?? 0) < answer.result.seq) continue;
    const sentence = `two sends of ${call.by.user} to ${call.room} have changed their order`;
    facts.report('I-D9', sentence, former.index, record.index, former.answerIndex, record.answerIndex);
  }
}
