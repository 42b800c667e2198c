import { firstNotBelow } from './calls.ts';
import type { Facts } from './facts.ts';
import type { Life } from './timeline.ts';

/** I-R1, I-R2: the lives of a room. */
export function checkEpochs(facts: Facts): void {
  checkCreated(facts);
  for (const life of facts.timeline.lives()) if (life.destroyed?.automatically === true) checkExpiry(facts, life);
  for (const { call, index, answer, answerIndex } of facts.timeline.records) {
    const isJoin = call.op === 'join' || call.op === 'resume' || call.op === 'send';
    if (!isJoin || answer?.code !== 0) continue;
    const destroyed = facts.timeline.life(call.room, answer.result.roomEpoch)?.destroyed;
    if (destroyed === undefined || destroyed.known.index >= index || destroyed.known.atMs > call.atMs) continue;
    if (call.op === 'send') continue;
    const sentence = `a ${call.op} of ${call.room} was answered with an epoch that had ended`;
    facts.report('I-R1', sentence, destroyed.index, index, answerIndex);
  }
}

function checkCreated({ history, report }: Facts): void {
  const made = new Map<string, number>();
  history.forEach((event, index) => {
    if (event.kind !== 'roomCreated') return;
    const key = `${event.room}\n${event.epoch}`;
    const former = made.get(key);
    if (former === undefined) made.set(key, index);
    else report('I-R1', `${event.room} was created twice with one epoch`, former, index);
  });
}

interface Ending {
  readonly type: 'idle' | 'fixed';
  readonly afterMs: number;
}

/** Ends that a call may have set, the setting's where none has for certain. */
function endingsOf(facts: Facts, life: Life, toIndex: number): readonly Ending[] {
  const usual: Ending = { type: 'idle', afterMs: facts.options.idleMs };
  const since = life.created?.index ?? -1;
  let endings: readonly Ending[] = [usual];
  for (const { call, index, answer, answerIndex } of facts.timeline.records) {
    if (index > toIndex) break;
    if (call.room !== life.room || (call.op !== 'create' && call.op !== 'setEnd')) continue;
    const { endType, endsAfterMs } = call.args;
    const ending: Ending = { type: endType ?? 'idle', afterMs: endsAfterMs || facts.options.idleMs };
    const isAlone = index > since && answer?.code === 0 && answerIndex < toIndex && call.op === 'setEnd';
    const isOverlapped = facts.timeline.records.some(
      (other) =>
        other.call.op === 'setEnd' && other.call.room === life.room && other.index < index && other.answerIndex > index,
    );
    endings = isAlone && !isOverlapped ? [ending] : [...endings, ending];
  }
  return endings;
}

function checkExpiry(facts: Facts, life: Life): void {
  const { destroyed, created, room } = life;
  if (destroyed === undefined) return;
  const kept = facts.keeps.get(room, '')?.surely(destroyed.index, created?.index);
  if (kept !== undefined) {
    facts.report('I-R2', `${room} expired while kept`, kept.index, kept.answerIndex, destroyed.index);
    return;
  }
  const last = lastUse(facts, life, destroyed.index);
  const slackMs = 2 * facts.options.epsMs;
  const isEarly = endingsOf(facts, life, destroyed.index).every(({ type, afterMs }) => {
    const from = type === 'fixed' ? created : last;
    return from !== undefined && destroyed.atMs < from.atMs + afterMs - slackMs;
  });
  if (isEarly && last !== undefined)
    facts.report('I-R2', `${room} expired before its time`, last.index, destroyed.index);
}

/** The creation, or the last message, join or leave that the room has surely seen. */
function lastUse(
  facts: Facts,
  life: Life,
  toIndex: number,
): { readonly index: number; readonly atMs: number } | undefined {
  const count = firstNotBelow(life.accepted, toIndex, ({ index }) => index);
  let last = [life.created, life.accepted[count - 1]].findLast((moment) => moment !== undefined);
  for (const { call, index, answer, answerIndex } of facts.timeline.records) {
    if (index > toIndex) break;
    if (call.room !== life.room || answer?.code !== 0 || answerIndex > toIndex || index < (life.created?.index ?? -1))
      continue;
    const isUse = call.op === 'join' || call.op === 'resume' || call.op === 'leave';
    if (isUse && (last === undefined || call.atMs > last.atMs)) last = { index, atMs: call.atMs };
  }
  return last;
}
