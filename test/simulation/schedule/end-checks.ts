/*
 * Models nothing: it says which rules on the end of a membership a run has broken. Clock and chance: none.
 */

import type { HistoryEvent } from '../../support/checker/history.ts';
import { type EventOf, LAMBDA_MS, type Report, type Run } from './run.ts';

/** I-M1, I-M2, I-M3, I-M10, I-M13: each end follows the rule, and is reported once and with its reason. */
export function checkEnds({ history, settings }: Run, report: Report): void {
  const { events, truth } = history;
  const reasons = new Map<string, readonly [string, number]>();
  const calls = new Map<string, readonly [EventOf<'call'>, number]>();
  const destroyed = new Set<string>();
  const isRealTime =
    settings.realTimeKickOut || events.some((event) => event.kind === 'call' && event.op === 'realTime');
  events.forEach((event, index) => {
    if (event.kind === 'call') calls.set(event.id, [event, index]);
    if (event.kind === 'roomDestroyed') destroyed.add(event.epoch);
    if (event.kind === 'memberWritten' || event.kind === 'memberDeleted') {
      const { ended } = event;
      if (ended === undefined || reasons.has(ended.membershipId)) return;
      reasons.set(ended.membershipId, [ended.reason, index]);
      // The mark may have been written after the messages that it counts.
      const isByRule = truth.between(event.room, event.user, index - 1, index - 1).includes('');
      if (ended.reason === 'offline' && !isByRule && !isRealTime && !destroyed.has(event.epoch)) {
        report('I-M2', `${event.user} is removed as offline, and no message has done it`, index);
      }
    }
    if (event.kind === 'pushed' && event.frame.event === 'removed') {
      const [reason] = reasons.get(event.frame.membership) ?? [];
      const isOther = reason !== undefined && reason !== event.frame.reason;
      if (isOther && !(event.frame.reason === 'left' && isOwnMove(events, event.connection, event.frame.room, index))) {
        report('I-M10', `${event.frame.membership} ended as ${reason}, the notice says ${event.frame.reason}`, index);
      }
    }
    if (event.kind === 'answer' && event.code !== 0 && event.result.reason !== undefined) {
      const [call, from = 0] = calls.get(event.id) ?? [];
      const [reason, at = 0] = reasons.get(call?.args.membership ?? '') ?? [];
      if (
        call?.op === 'resume' &&
        reason !== undefined &&
        at < from &&
        !['destroyed', 'blocked', reason].includes(event.result.reason) &&
        !isLeftHalfway(events, call, event.result.reason)
      ) {
        report(
          'I-M10',
          `${call.args.membership} ended as ${reason}, the resume is told ${event.result.reason}`,
          at,
          index,
        );
      }
    }
  });
  for (const { membership, index, user, room } of truth.evictions) {
    const later = events.findIndex(
      (event, at) =>
        at > index &&
        event.kind === 'memberWritten' &&
        event.membershipId === membership &&
        event.offline === undefined,
    );
    if (later === -1) continue;
    const [reason] = reasons.get(membership) ?? [];
    if (reason === 'offline' || isResumedHalfway(events, user, room, later)) continue;
    report('I-M13', `${user} was removed from ${room}, and is in again`, index, later);
  }
}

/** This device went to another room by itself, and another device of the user had the membership until it ended. */
function isOwnMove(events: readonly HistoryEvent[], connection: string, room: string, before: number): boolean {
  return events.slice(0, before).some((event) => {
    if (event.kind !== 'call' || event.by === 'server-api' || event.by.connection !== connection) return false;
    return ['join', 'resume', 'send'].includes(event.op) && event.room !== room;
  });
}

/** The Lambda of a leave, or of a move, noted the reason and died; then the member was evicted (docs/reliability.md). */
function isLeftHalfway(events: readonly HistoryEvent[], resume: EventOf<'call'>, told: string): boolean {
  if (told !== 'left' || resume.by === 'server-api') return false;
  const { user } = resume.by;
  return events.slice(0, events.indexOf(resume)).some((event) => {
    if (event.kind !== 'call' || event.by === 'server-api' || event.by.user !== user) return false;
    const isOfRoom = event.op === 'leave' ? event.room === resume.room : event.op === 'join';
    return (
      isOfRoom && !events.some((answer) => answer.kind === 'answer' && answer.id === event.id && answer.code === 0)
    );
  });
}

/** The Lambda that resumed the membership died before its second read of the room (docs/reliability.md). */
function isResumedHalfway(events: readonly HistoryEvent[], user: string, room: string, resumedAt: number): boolean {
  const writtenAtMs = events[resumedAt]?.atMs ?? 0;
  return events.slice(0, resumedAt).some((event) => {
    if (event.kind !== 'call' || event.by === 'server-api' || event.by.user !== user || event.room !== room)
      return false;
    const isUnderWay = ['join', 'resume', 'send'].includes(event.op) && event.atMs >= writtenAtMs - LAMBDA_MS;
    return isUnderWay && !events.some((answer) => answer.kind === 'answer' && answer.id === event.id);
  });
}
