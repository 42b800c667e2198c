/*
 * Models nothing: it says which invariants of docs/rules.md a run has broken. Clock and chance: none.
 */

import type { Settings } from '../../../lib/domain/settings.ts';
import { check as checkHistory } from '../../support/checker/check.ts';
import type { HistoryEvent, MemberWritten } from '../../support/checker/history.ts';
import type { CheckOptions, Violation } from '../../support/checker/violation.ts';
import { undelivered } from './delivered.ts';
import { checkEnds } from './end-checks.ts';
import { unheededHook } from './hook.ts';
import { wrongProfiles } from './profiles.ts';
import { doublyServed } from './rivals.ts';
import { type EventOf, LAMBDA_MS, type Report, type Run } from './run.ts';
import { wrongSenders } from './senders.ts';
import { wrongSignals } from './signals.ts';
import { keyOf } from './truth.ts';

export function check(played: Run): readonly Violation[] {
  const violations: Violation[] = [];
  const report: Report = (invariant, sentence, ...events) => violations.push({ invariant, sentence, events });
  checkRows(played, report);
  checkMessages(played, report);
  checkReads(played, report);
  checkEnds(played, report);
  checkSettled(played, report);
  const ofHistory = checkHistory(played.history.events, optionsOf(played.settings));
  const { history, openSockets, deliveredWithinMs } = played;
  if (deliveredWithinMs !== undefined) {
    violations.push(...undelivered(history.events, openSockets, deliveredWithinMs));
  }
  const clients = new Set(history.events.flatMap((event) => (event.kind === 'opened' ? [event.user] : [])));
  if (played.settings.refuseSecondLogin) violations.push(...doublyServed(history.events));
  violations.push(...wrongSenders(history.events, clients), ...wrongSignals(history.events, history.truth));
  violations.push(...wrongProfiles(history.events, played.settings));
  if (played.isHooked) violations.push(...unheededHook(history, played.settings));
  return [...violations, ...ofHistory].filter((violation) => !isUndoneResume(played.history.events, violation));
}

/**
 * A message over the limit overlapped the resume of the member, which is then decided either way (docs/rules.md): it was
 * undone before it was answered, so it is no eviction of a member who was in.
 */
export function isUndoneResume(events: readonly HistoryEvent[], { invariant, events: proof }: Violation): boolean {
  const end = proof.at(-1) ?? -1;
  const last = events[end];
  if (!['I-M1', 'I-M2', 'I-M3', 'I-M6', 'I-M8'].includes(invariant)) return false;
  if (last?.kind !== 'memberWritten' && last?.kind !== 'memberDeleted') return false;
  return events.some((call, index) => {
    if (index > end || call.kind !== 'call' || call.by === 'server-api') return false;
    if (call.by.user !== last.user || !['join', 'resume', 'send'].includes(call.op)) return false;
    const answered = events.findIndex((answer) => answer.kind === 'answer' && answer.id === call.id);
    return (answered === -1 && last.atMs - call.atMs < LAMBDA_MS) || answered > end;
  });
}

const optionsOf = (settings: Settings): Partial<CheckOptions> => ({
  epsMs: 1_000,
  graceMs: settings.realTimeGraceMs,
  realTime: settings.realTimeKickOut,
  membersOnlySend: settings.membersOnlySend,
  multipleRooms: settings.multipleRooms,
  leaveEndsAllDevices: settings.leaveEndsAllDevices,
  allowlistLimit: settings.maxAllowlistedUsers,
  maxConnectionsPerUser: settings.maxConnectionsPerUser,
  idleMs: settings.destroyAfterMin * 60_000,
  ordersSends: false,
  inFlightMs: LAMBDA_MS,
  messageLimit: settings.offlineMessageLimit,
  presenceDelayMs: settings.presenceDelayMs,
});

/** I-M10, I-M11, I-M18, I-R1, I-B1: no membership and no block is lost, and none returns. */
function checkRows({ history }: Run, report: Report): void {
  const rows = new Map<string, MemberWritten>();
  const ended = new Map<string, number>();
  const destroyed = new Map<string, number>();
  const unblocks = new Map<string, number>();
  history.events.forEach((event, index) => {
    if (event.kind === 'roomDestroyed') destroyed.set(event.epoch, index);
    if (event.kind === 'call' && event.op === 'unblock') unblocks.set(keyOf(event.room, event.args.user ?? ''), index);
    if (event.kind !== 'memberWritten' && event.kind !== 'memberDeleted') return;
    const key = keyOf(event.room, event.user);
    const before = rows.get(key);
    const now = event.kind === 'memberWritten' ? event.membershipId : undefined;
    const isGone = before === undefined || destroyed.has(before.epoch);
    if (now !== undefined && ended.has(now)) report('I-M18', `${now} is back`, ended.get(now) ?? 0, index);
    if (event.ended !== undefined) ended.set(event.ended.membershipId, ended.get(event.ended.membershipId) ?? index);
    if (
      !isGone &&
      before.membershipId !== undefined &&
      before.membershipId !== now &&
      !ended.has(before.membershipId)
    ) {
      report('I-M10', `${before.membershipId} vanishes`, index);
    }
    const wasBlocked = (before?.blockedUntilMs ?? 0) > event.atMs + 1_000;
    const isBlocked = event.kind === 'memberWritten' && (event.blockedUntilMs ?? 0) > 0;
    if (!isGone && wasBlocked && !isBlocked && !unblocks.has(key)) report('I-B1', `${key}: the block is lost`, index);
    if (event.kind === 'memberWritten') rows.set(key, event);
    else rows.delete(key);
  });
}

/** I-D2, I-D3, I-D7, I-R1. */
function checkMessages({ history: { events } }: Run, report: Report): void {
  const seqs = new Map<string, number>();
  const destroyed = new Map<string, number>();
  const accepted = new Map<string, number>();
  const calls = callsIn(events);
  events.forEach((event, index) => {
    if (event.kind === 'roomDestroyed') destroyed.set(event.epoch, index);
    if (event.kind === 'accepted') {
      const { epoch, seq, sender, clientMessageId } = event;
      if (seq !== (seqs.get(epoch) ?? 0) + 1) report('I-D3', `${epoch}: ${seq} after ${seqs.get(epoch)}`, index);
      seqs.set(epoch, seq);
      if (destroyed.has(epoch)) report('I-R1', 'accepted in a destroyed room', destroyed.get(epoch) ?? 0, index);
      const id = `${epoch} ${sender} ${clientMessageId}`;
      if (accepted.has(id)) report('I-D2', `${clientMessageId} is accepted twice`, accepted.get(id) ?? 0, index);
      accepted.set(id, index);
    }
    if (event.kind !== 'answer' || event.code !== 0) return;
    const call = calls.get(event.id);
    if (call?.op !== 'send') return;
    const { roomEpoch, seq } = event.result;
    const user = call.by === 'server-api' ? '' : call.by.user;
    const at = accepted.get(`${roomEpoch} ${user} ${call.args.clientMessageId}`);
    const found = at === undefined ? undefined : (events[at] as EventOf<'accepted'>);
    if (found?.seq !== seq) report('I-D7', `${call.args.clientMessageId} is answered with ${seq}`, index);
  });
}

const callsIn = (events: readonly HistoryEvent[]) =>
  new Map(events.flatMap((event) => (event.kind === 'call' ? [[event.id, event] as const] : [])));

/** I-M4, I-M5, I-M16, I-M17, I-M13: what answers say was so at some moment between the call and the answer. */
function checkReads({ history }: Run, report: Report): void {
  const { events, truth } = history;
  const calls = new Map<string, readonly [EventOf<'call'>, number]>();
  events.forEach((event, index) => {
    if (event.kind === 'call') calls.set(event.id, [event, index]);
    if (event.kind !== 'answer' || event.code !== 0) return;
    const [call, from] = calls.get(event.id) ?? [];
    if (call === undefined || from === undefined) return;
    const { op, room, args, by } = call;
    const agrees = (user: string, isIn: boolean) =>
      truth.between(room, user, from, index).some((membership) => (membership !== '') === isIn);
    if (op === 'exist' && !agrees(args.user ?? '', event.result.member === true)) {
      report('I-M17', `${args.user} in ${room}: ${event.result.member}`, from, index);
    }
    if (op === 'info' && by !== 'server-api' && !agrees(by.user, true)) {
      report('I-D8', `${by.user} is no member of ${room}, and gets its members`, from, index);
    }
    if (op === 'members' || op === 'info') {
      const listed = event.result.userIds ?? [];
      for (const key of truth.turns.keys()) {
        const [inRoom, user = ''] = key.split(' ');
        if (inRoom === room && !agrees(user, listed.includes(user))) {
          report('I-M17', `${user} in the list of ${room}: ${listed.includes(user)}`, from, index);
        }
      }
      if (event.result.total !== listed.length) report('I-M16', `${event.result.total} of ${listed.length}`, index);
    }
    if ((op === 'join' || op === 'resume') && by !== 'server-api') {
      const { membership = '' } = event.result;
      if (!truth.between(room, by.user, from, index).includes(membership)) {
        report('I-M13', `${by.user} is answered ${membership}, which is no membership then`, from, index);
      }
    }
  });
}

/** I-L1: the rows agree with the rule and with the sockets, and each end is announced. */
function checkSettled({ history, openSockets }: Run, report: Report): void {
  const { events, truth } = history;
  const last = events.length - 1;
  for (const [key, member] of truth.members) {
    const room = truth.rooms.get(member.roomId);
    const isOfRoom = room?.epoch === member.roomEpoch && room.destroyedAtMs === undefined;
    if (!isOfRoom || member.membershipId === undefined) continue;
    if ((truth.turns.get(key)?.at(-1)?.membership ?? '') === '') report('I-L1', `${key}: the row is left`, last);
    for (const connection of member.connections) {
      if (!openSockets.has(connection)) report('I-L1', `${key} is online by ${connection}, which is gone`, last);
    }
    if ((member.offline === undefined) === (member.connections.length === 0)) report('I-L1', `${key}: the mark`, last);
  }
  const announced = new Set(
    events.flatMap((event) => (event.kind === 'webhook' && event.what === 'left' ? [event.membership] : [])),
  );
  const epochsDestroyed = new Set(events.flatMap((event) => (event.kind === 'roomDestroyed' ? [event.epoch] : [])));
  events.forEach((event, index) => {
    if (event.kind !== 'memberWritten' && event.kind !== 'memberDeleted') return;
    const { ended } = event;
    if (ended !== undefined && !announced.has(ended.membershipId) && !epochsDestroyed.has(event.epoch)) {
      report('I-L1', `${event.user}: the end of ${ended.membershipId} is not announced`, index);
    }
  });
}
