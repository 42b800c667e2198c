import type { CallRecord } from './calls.ts';
import type { Facts } from './facts.ts';
import { type AcceptedMessage, LAMBDA_MS, type Life } from './timeline.ts';

/** I-D12: in a room in slow mode the messages of one user who is not exempt are an interval apart. */
export function checkSlowMode(facts: Facts): void {
  for (const life of facts.timeline.lives()) {
    const last = new Map<string, AcceptedMessage>();
    for (const message of life.accepted) {
      const { sender, seq, sentAtMs } = message.event;
      if (message.byServer) continue;
      const before = last.get(sender);
      last.set(sender, message);
      if (before === undefined || mayBeExempt(facts, life, sender, before, message)) continue;
      const intervalMs = leastIntervalMs(facts, life, before, message);
      if (sentAtMs - before.event.sentAtMs >= intervalMs) continue;
      const sentence = `message ${seq} of ${sender} comes ${sentAtMs - before.event.sentAtMs} ms after the last`;
      facts.report('I-D12', sentence, before.index, message.index);
    }
  }
}

/** The shortest interval that may have been set between the two, ms; 0 = slow mode may have been off. */
function leastIntervalMs({ timeline }: Facts, life: Life, before: AcceptedMessage, message: AcceptedMessage): number {
  const since = life.created?.index ?? -1;
  const calls = timeline.records.filter(
    ({ call, index }) => call.op === 'slowMode' && call.room === life.room && index > since && index < message.index,
  );
  const set = calls.findLast(({ answer, answerIndex }) => answer?.code === 0 && answerIndex < before.index);
  if (set === undefined) return 0;
  // A call that was answered before `set` began changes nothing any more.
  const open = calls.filter(({ answerIndex }) => answerIndex > set.index);
  return Math.min(...open.map(secondsOf)) * 1000;
}

const secondsOf = ({ call }: CallRecord): number => call.args.seconds ?? 0;

/** On the allowlist, even as a message has read it that was still on its way. */
function mayBeExempt(facts: Facts, life: Life, user: string, before: AcceptedMessage, message: AcceptedMessage) {
  const allowlisted = facts.allowlist.get(life.room, user);
  const from = facts.history.findIndex(({ atMs }) => atMs >= before.atMs - LAMBDA_MS);
  const isAdded = allowlisted?.ons.some(({ index }) => index >= from && index < message.index);
  return isAdded === true || allowlisted?.maybeOn(from) === true;
}
