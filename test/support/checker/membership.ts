import { type Facts, surelyEvictedBy } from './facts.ts';
import type { EndReason, HistoryEvent, MembershipEnd } from './history.ts';
import { isKnown, type Membership, type Version, versionAt } from './timeline.ts';

/** I-M10, I-M11, I-M13, I-M18: a membership ends once, for one reason, and for ever. */
export function checkMemberships(facts: Facts): void {
  checkRows(facts);
  const webhooks = new Map<string, { readonly eventId: string; readonly index: number }>();
  facts.history.forEach((event, index) => {
    if (event.kind === 'webhook' && event.what === 'left') checkWebhook(facts, webhooks, event, index);
    if (event.kind === 'pushed') checkNotice(facts, event, index);
  });
  for (const record of facts.timeline.records) {
    const { call, index, answer, answerIndex } = record;
    if (answer === undefined || call.by === 'server-api') continue;
    const isJoin = call.op === 'join' || call.op === 'resume';
    if (isJoin && answer.code === 0) checkJoined(facts, call, index, answer, answerIndex);
    if (call.op !== 'resume' || answer.code !== 23406) continue;
    const { reason } = answer.result;
    const ended = facts.timeline.memberships.get(call.args.membership ?? '')?.end;
    const isEnded = ended !== undefined && ended.index < answerIndex;
    if (reason === 'offline' && isEnded) checkReason(facts, call.args.membership, reason, answerIndex);
  }
}

function checkRows({ timeline, report }: Facts): void {
  for (const version of timeline.versions) {
    const { event, index, current, previous } = version;
    const membership = current === undefined ? undefined : timeline.memberships.get(current);
    if (membership?.end !== undefined && membership.end.index < index) {
      report('I-M18', `${current} is a membership again after its end`, membership.end.index, index);
    }
    const ended = newEnd(version);
    if (ended === undefined) continue;
    if (previous?.current !== undefined && previous.current !== ended.membershipId && current !== previous.current) {
      if (current === undefined) {
        report('I-M11', `the end of ${ended.membershipId} ended ${previous.current}`, previous.index, index);
        continue;
      }
    }
    const named = timeline.memberships.get(ended.membershipId);
    if (named?.end === undefined || named.end.index >= index || named.reason === undefined) continue;
    if (named.reason === ended.reason) continue;
    const sentence = `${ended.membershipId} of ${event.user} ended as ${named.reason} and as ${ended.reason}`;
    report('I-M10', sentence, named.end.index, index);
  }
}

/** The end that this write has said first. */
function newEnd({ event, previous }: Version): MembershipEnd | undefined {
  const { ended } = event;
  const former = previous?.event.ended;
  const isSame = former?.membershipId === ended?.membershipId && former?.reason === ended?.reason;
  return isSame ? undefined : ended;
}

type WebhookEvent = HistoryEvent & { readonly kind: 'webhook' };

function checkWebhook(
  facts: Facts,
  webhooks: Map<string, { readonly eventId: string; readonly index: number }>,
  { eventId, membership, reason }: WebhookEvent,
  index: number,
): void {
  if (membership === undefined) return;
  const former = webhooks.get(membership);
  if (former === undefined) webhooks.set(membership, { eventId, index });
  else if (former.eventId !== eventId) {
    facts.report('I-M10', `the webhook got two ends of ${membership}`, former.index, index);
    return;
  }
  checkReason(facts, membership, reason, index);
}

/** A notice that a device has left may be of that device alone. */
function checkNotice(facts: Facts, { frame }: HistoryEvent & { readonly kind: 'pushed' }, index: number): void {
  if (frame.event === 'removed' && (frame.reason === 'offline' || frame.reason === 'blocked')) {
    checkReason(facts, frame.membership, frame.reason, index);
  }
  if (frame.event !== 'members') return;
  for (const { change, membership, reason } of frame.changes) {
    if (change === 'left') checkReason(facts, membership, reason, index);
  }
}

/** What others hear of an end is what the row says of it; and nobody hears of one before it has happened. */
function checkReason(
  { timeline, report }: Facts,
  id: string | undefined,
  reason: EndReason | undefined,
  index: number,
) {
  const membership = id === undefined ? undefined : timeline.memberships.get(id);
  if (membership === undefined) return;
  const isDestroyed = membership.life.destroyed !== undefined && membership.life.destroyed.index < index;
  if (membership.end === undefined || membership.end.index > index) {
    const current = membership.end?.previous ?? membership.start;
    if (!isDestroyed)
      report('I-M10', `an end of ${membership.id} was reported that has not happened`, current.index, index);
    return;
  }
  if (reason === undefined || membership.reason === undefined || membership.reason === reason) return;
  const sentence = `${membership.id} ended as ${membership.reason} and was reported as ${reason}`;
  report('I-M10', sentence, membership.end.index, index);
}

type Joined = HistoryEvent & { readonly kind: 'answer' };

function checkJoined(
  facts: Facts,
  { atMs, room }: { readonly atMs: number; readonly room: string },
  index: number,
  { result }: Joined,
  answerIndex: number,
): void {
  const membership = facts.timeline.memberships.get(result.membership ?? '');
  if (membership === undefined) return;
  const { end } = membership;
  const at = { index, atMs };
  if (end !== undefined && isKnown(end.known, at)) {
    const sentence = `a join of ${room} was answered with ${membership.id} after its end`;
    facts.report('I-M18', sentence, end.index, index, answerIndex);
    return;
  }
  checkResumeOfEvicted(facts, membership, at, answerIndex);
}

function checkResumeOfEvicted(
  facts: Facts,
  membership: Membership,
  at: { readonly index: number; readonly atMs: number },
  answerIndex: number,
): void {
  const { life, user, id } = membership;
  const rows = life.rows.get(user) ?? [];
  const before = versionAt(rows, at.index).version;
  if (before?.current !== id || before.event.kind !== 'memberWritten' || before.event.offline === undefined) return;
  if (!isKnown(before.known, at)) return;
  const evicting = surelyEvictedBy(facts, life, user, before.event.offline, at);
  if (evicting === undefined) return;
  const sentence = `${id} of ${user} was resumed after message ${evicting.event.seq} had evicted it`;
  facts.report('I-M13', sentence, before.index, evicting.index, at.index, answerIndex);
}
