import type { CallRecord, Moment } from './calls.ts';
import { type Facts, firstEvicting, maybeRealTime, type OfflineMark, TOLERATED_MS } from './facts.ts';
import { isFaulty, isSurelyInRoom, isSurelyLeased, SURE_LEASE_MS } from './presence.ts';
import { isOpenAt, lastHeard, type Socket } from './sockets.ts';
import { type AcceptedMessage, LAMBDA_MS, type Life, type Membership, seqAt, type Version } from './timeline.ts';

/** The end of a membership whose reason is `offline`, and what led to it. */
interface Eviction {
  readonly membership: Membership;
  readonly end: Version;
  readonly mark: OfflineMark | undefined;
  /** The write of the mark; without a mark the end itself. */
  readonly marked: Version;
  /** Those on which the member was when last online, and what has come to the row since. */
  readonly sockets: readonly Socket[];
}

/** I-M1, I-M2, I-M3, I-M6, I-M8, I-M9, I-M12: who is evicted, and when. */
export function checkEvictions(facts: Facts): void {
  for (const membership of facts.timeline.memberships.values()) {
    const { end, reason } = membership;
    if (end === undefined || reason !== 'offline') continue;
    const eviction = evictionOf(facts, membership, end);
    const byRule = evictingMessage(facts, eviction);
    const isRealTime = maybeRealTime(facts, membership.life, end.index);
    if (byRule === undefined) {
      if (isRealTime) checkGrace(facts, eviction);
      else reportEarly(facts, eviction);
    }
    checkSigns(facts, eviction, byRule);
    checkResumed(facts, eviction, byRule);
    checkAllowlist(facts, eviction, byRule);
  }
}

function evictionOf(facts: Facts, membership: Membership, end: Version): Eviction {
  const connections = new Set<string>();
  let marked: Version = end;
  const mark = markOf(end.previous);
  let version = end.previous;
  while (version !== undefined && version.current === membership.id) {
    const { event } = version;
    if (event.kind === 'memberWritten') for (const connection of event.connections) connections.add(connection);
    const offline = markOf(version);
    if (offline === undefined) break;
    if (offline.seq === mark?.seq && offline.atMs === mark.atMs) marked = version;
    version = version.previous;
  }
  const sockets = [...connections].flatMap((connection) => facts.timeline.sockets.get(connection) ?? []);
  return { membership, end, mark, marked, sockets };
}

const markOf = (version: Version | undefined): OfflineMark | undefined =>
  version?.event.kind === 'memberWritten' ? version.event.offline : undefined;

/** The earliest that the server could have found the member offline. */
function disconnectOf({ marked, sockets }: Eviction): Moment | undefined {
  let latest: Moment | undefined;
  for (const socket of sockets) {
    const over = doubtedBefore(socket, marked) ?? heardBefore(socket, marked);
    if (over !== undefined && (latest === undefined || over.index > latest.index)) latest = over;
  }
  return latest;
}

/** When the server first considered it gone, if before this: it closes such a connection at its next frame. */
const doubtedBefore = ({ doubted }: Socket, { index }: Moment): Moment | undefined =>
  doubted !== undefined && doubted.index < index ? doubted : undefined;

/** The last sign of life that the writer of this must have known of. */
const heardBefore = ({ heard }: Socket, { index, atMs }: Moment): Moment | undefined =>
  heard.findLast((sign) => sign.index < index && sign.atMs <= atMs - LAMBDA_MS);

/** The message that evicted the member by KICK-31ST or KICK-30S, by the mark as by the sockets. */
function evictingMessage(facts: Facts, eviction: Eviction): AcceptedMessage | undefined {
  const { membership, end, mark } = eviction;
  const { messageLimit, epsMs } = facts.options;
  if (mark === undefined) return undefined;
  const disconnect = disconnectOf(eviction);
  const base: OfflineMark = {
    seq: Math.max(mark.seq, disconnect === undefined ? 0 : seqAt(membership.life, disconnect.index)),
    atMs: Math.max(mark.atMs, (disconnect?.atMs ?? -Infinity) - epsMs),
  };
  const evicting = firstEvicting(membership.life, base, messageLimit, TOLERATED_MS);
  return evicting !== undefined && evicting.index < end.index ? evicting : undefined;
}

function reportEarly(facts: Facts, eviction: Eviction): void {
  const { membership, end, mark, marked } = eviction;
  const disconnect = disconnectOf(eviction) ?? marked;
  const seq = Math.max(mark?.seq ?? 0, seqAt(membership.life, disconnect.index));
  const count = seqAt(membership.life, end.index) - seq;
  const name = `${membership.user} in ${membership.life.room}`;
  if (count <= 0) {
    facts.report('I-M6', `${name} was evicted without a message`, disconnect.index, end.index);
  } else if (end.atMs - disconnect.atMs < TOLERATED_MS) {
    facts.report('I-M2', `${name} was evicted by ${count} messages`, disconnect.index, end.index);
  } else {
    const sentence = `${name} was evicted by ${count} messages, none more than 30 s after the disconnect`;
    facts.report('I-M3', sentence, disconnect.index, end.index);
  }
}

/** A sign of life that came at the same time as the sweep may have been too late for it. */
function checkGrace(facts: Facts, { membership, end, marked, sockets }: Eviction): void {
  const { graceMs, epsMs } = facts.options;
  for (const socket of sockets) {
    const { index } = doubtedBefore(socket, marked) ?? end;
    const sign = heardBefore(socket, { index, atMs: end.atMs });
    if (sign === undefined || end.atMs - sign.atMs >= graceMs - 2 * epsMs || isFaulty(facts, sign)) continue;
    if (!isSurelyLeased(facts, socket, sign) || !isSurelyInRoom(facts, membership, socket, end)) continue;
    const sentence = `${membership.user} was removed from ${membership.life.room} within the grace`;
    facts.report('I-M8', sentence, sign.index, end.index);
    return;
  }
}

function checkSigns(facts: Facts, eviction: Eviction, byRule: AcceptedMessage | undefined): void {
  const { membership, end, marked, sockets } = eviction;
  const decided: Moment = byRule ?? end;
  for (const socket of sockets) {
    if (!isOpenAt(socket, end.index)) continue;
    if (socket.doubted !== undefined && socket.doubted.index < end.index) continue;
    const sign = lastHeard(socket, decided.index);
    if (sign === undefined || isFaulty(facts, sign) || !isSurelyLeased(facts, socket, sign)) continue;
    const isSinceMark = sign.index > marked.index && sign.atMs <= decided.atMs - LAMBDA_MS;
    const isLeased = facts.options.seesPosts && sign.atMs > marked.atMs - SURE_LEASE_MS;
    if (!(isSinceMark || isLeased) || !isSurelyInRoom(facts, membership, socket, end)) continue;
    const sentence = `${membership.user} was evicted with a live connection`;
    facts.report('I-M1', sentence, socket.index, sign.index, end.index);
    return;
  }
}

/** The membership was resumed after the mark, by an answer, and the same mark evicted it all the same. */
function checkResumed(facts: Facts, eviction: Eviction, byRule: AcceptedMessage | undefined): void {
  const { membership, end, mark, marked } = eviction;
  if (mark === undefined) return;
  const decided = byRule ?? end;
  const records = facts.timeline.recordsOf(membership.user, marked, decided.index);
  const resumed = records.find((record) => {
    const { call, index, answer, answerIndex } = record;
    if (index < marked.index || answerIndex > decided.index || answer?.code !== 0) return false;
    if (call.by === 'server-api' || call.room !== membership.life.room) return false;
    if (call.op === 'send') return facts.options.membersOnlySend && isNewMessage(membership.life, record);
    return (call.op === 'join' || call.op === 'resume') && answer.result.membership === membership.id;
  });
  if (resumed === undefined) return;
  const sentence = `${membership.user} resumed, and was evicted by the mark of before`;
  facts.report('I-M12', sentence, marked.index, resumed.answerIndex, end.index);
}

/** Repeated sends are answered whatever has become of the sender, and resume nothing. */
function isNewMessage(life: Life, { index, answer }: CallRecord): boolean {
  const message = life.accepted[(answer?.result.seq ?? 0) - 1];
  return message !== undefined && message.event.seq === answer?.result.seq && message.index > index;
}

/** Of the row as it ended, or, where the end undid a resume (docs/rules.md), as it was before the resume. */
function lastMark({ membership, end }: Eviction): OfflineMark | undefined {
  let version = end.previous;
  while (version?.current === membership.id && markOf(version) === undefined) version = version.previous;
  return version?.current === membership.id ? markOf(version) : undefined;
}

function checkAllowlist(facts: Facts, eviction: Eviction, byRule: AcceptedMessage | undefined): void {
  const { membership, end } = eviction;
  const { life, user } = membership;
  const { messageLimit, epsMs } = facts.options;
  const mark = lastMark(eviction);
  const allowlisted = facts.allowlist.get(life.room, user);
  const first = mark === undefined ? undefined : firstEvicting(life, mark, messageLimit, TOLERATED_MS - epsMs);
  const decided = first !== undefined && first.index < end.index ? first : (byRule ?? end);
  const on = allowlisted?.surely(decided.index, life.created?.index);
  if (on === undefined || allowlisted?.surely(end.index, life.created?.index) !== on) return;
  facts.report('I-M9', `${user} was evicted while on the allowlist`, on.index, on.answerIndex, end.index);
}
