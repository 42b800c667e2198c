import type { Access } from '../domain/access.ts';
import { isEvicted } from '../domain/eviction.ts';
import { currentMember, isBlocked, type Member } from '../domain/member.ts';
import { isRefused, notIn, type Outcome, type Refused, refused } from '../domain/outcome.ts';
import { isLive, type Room } from '../domain/room.ts';
import { sendKey } from '../domain/sending.ts';
import { slowIntervalMs } from '../domain/slow-mode.ts';
import { isMuted } from '../domain/speech.ts';
import { SEND_KEPT_MS } from '../domain/turns.ts';
import type { SentAnswer } from '../protocol/answers.ts';
import type { RequestOf } from '../protocol/client-frames.ts';
import { hasSpaceFor } from '../protocol/sender.ts';
import type { MessageHook } from '../push/message-hook.ts';
import type { Caller, Deps } from './deps.ts';
import { acceptMessage, sendTime } from './steps/accept-message.ts';
import { askHook } from './steps/ask-hook.ts';
import { decideOn } from './steps/decide-on.ts';
import { deliverAbandoned, deliverAccepted, refuseFlooded } from './steps/deliver-accepted.ts';
import { endMembership } from './steps/end-membership.ts';
import { findSent, idOfSent } from './steps/find-sent.ts';
import { quotaSlotFor, rankOf } from './steps/quota-slot.ts';
import { mayResume, resumeMembership } from './steps/resume-membership.ts';
import { mark, type SendAttempt, slowTurnOf, unmark } from './steps/send-attempt.ts';
import { askTurn, recheckTurn, type Turn } from './steps/take-turn.ts';

export type SendRequest = RequestOf<'send'>;

export type Sent = Omit<SentAnswer, 'event' | 'id'>;

/**
 * An accepted message takes two writes: the mark on the sender's row, then the room's row; a third one between them where
 * the message does not fit on the room's row. All reads come first, so a refusal writes nothing. The room is read before
 * the other rows: its version of the send permissions is then older than all that was checked, and what has left its tail
 * is in the log. Where the app has a hook it is asked after the first of these writes, and then everything is read and
 * decided again.
 */
export async function sendMessage(deps: Deps, caller: Caller, request: SendRequest): Promise<Outcome<Sent>> {
  const attempt: SendAttempt = { key: sendKey(request.room, request.clientMessageId), isMarked: false, isAsked: false };
  const outcome = await decideOn<Outcome<Sent>, Refused>(
    deps,
    async () => {
      const once = await sendOnce(deps, caller, request, attempt);
      return once === 'again' ? 'conflict' : once;
    },
    () => refused('outcome-unknown', { why: 'too much at once', retryAfterMs: 1000 }),
  );
  // No message was accepted: the mark must not keep the next attempt waiting.
  if (attempt.isMarked && isRefused(outcome)) await unmark(deps, caller, attempt);
  return outcome;
}

async function sendOnce(
  deps: Deps,
  caller: Caller,
  request: SendRequest,
  attempt: SendAttempt,
): Promise<Outcome<Sent | 'again'>> {
  const { room: roomId, clientMessageId, type, content } = request;
  const { key, isAsked } = attempt;
  const turn = await (isAsked ? recheckTurn(deps, caller) : askTurn(deps, caller, { action: 'send', key }));
  if (isRefused(turn)) return turn;
  const room = await deps.store.getRoom(roomId);
  if (!isLive(room)) return refused('no-such-room');
  const id = idOfSent(deps, caller.userId, clientMessageId);
  const [row, earlier] = await Promise.all([deps.store.getMember(roomId, caller.userId), findSent(deps, room, id)]);
  // Even if the sender was removed or blocked since: other members may have read the message.
  if (earlier !== undefined) {
    await deliverAbandoned(deps, room);
    return sent(room, earlier);
  }
  const member = currentMember(row, roomId, caller.userId, room.epoch);
  const isUnknown = member.membershipId !== undefined && !member.connections.includes(caller.connectionId);
  const resumes = isUnknown && (await mayResume(deps, roomId, member, turn.connection));
  const isOutside = isUnknown && !resumes && deps.settings.membersOnlySend;
  const refusal =
    (await refusalFor(deps, turn.access, room, member)) ??
    (isOutside ? notIn() : inProgress(deps, turn.access, attempt));
  if (refusal !== undefined) return refusal;
  const sentAtMs = sendTime(deps, room);
  const slow = await slowTurnOf(deps, attempt, { room, member, access: turn.access }, id, sentAtMs);
  if (isRefused(slow)) return slow;
  const slot = quotaSlotFor(deps, room, await rankOf(deps, room, caller.userId, type, sentAtMs), sentAtMs);
  if (slot.kind === 'full') return refuseFlooded(deps, room, slot.retryAfterMs);
  const hook = isAsked ? undefined : deps.messageHook;
  const stopped =
    (await mark(turn, attempt, slow, slowIntervalMs(room, member))) ??
    (hook && (await ask(deps, hook, caller, turn, request, attempt))) ??
    (resumes ? await resumeMembership(deps, caller, room, member) : undefined);
  if (stopped !== undefined) return stopped;
  const about = { clientMessageId, senderUserId: caller.userId, ...senderOn(caller, content) };
  const message = { id, ...about, type, content, sentAtMs };
  const { sendPermissionVersion } = room;
  const accepted = await acceptMessage(deps, room, { message, sendPermissionVersion, quotaSlot: slot.slot });
  if (accepted === 'conflict') return 'again';
  await deliverAccepted(deps, accepted.room, accepted.leaseId, caller.connectionId);
  return sent(accepted.room, accepted.message);
}

/** The connection brought it, so it costs no read. */
const senderOn = ({ sender }: Caller, content: string) =>
  sender === undefined || !hasSpaceFor(sender, content) ? {} : { sender };

const sent = (room: Room, message: { seq: number; messageId: string; sentAtMs: number }): Sent => ({
  code: 0,
  room: room.roomId,
  roomEpoch: room.epoch,
  seq: message.seq,
  messageId: message.messageId,
  sentAtMs: message.sentAtMs,
});

/** Why this user may not send to this room. 'again' = the member's row has changed since it was read. */
async function refusalFor(
  deps: Deps,
  access: Access,
  room: Room,
  member: Member,
): Promise<Outcome<'again' | undefined>> {
  const nowMs = deps.now();
  if (isBlocked(member, nowMs)) return refused('blocked', { endReason: 'blocked' });
  if (member.membershipId === undefined && deps.settings.membersOnlySend) return refused('not-a-member');
  if (isEvicted(member, room, deps.settings)) {
    const isEnded = await endMembership(deps, member, 'offline');
    return isEnded ? refused('membership-ended', { endReason: 'offline' }) : 'again';
  }
  return isMuted(member, room, access, nowMs) ? refused('muted') : undefined;
}

/** Another attempt at this message may still succeed: a second one could make the message count twice. */
function inProgress(deps: Deps, { sends }: Access, { key, isMarked }: SendAttempt): Refused | undefined {
  const other = isMarked ? undefined : sends.find((send) => send.key === key);
  const retryAfterMs = other === undefined ? 0 : other.atMs + SEND_KEPT_MS - deps.now();
  if (retryAfterMs <= 0) return undefined;
  return refused('outcome-unknown', { why: 'an earlier attempt may still be in progress', retryAfterMs });
}

/** Asks the app's hook. 'again' = the message may be accepted, and all that was read before the question is old. */
async function ask(
  deps: Deps,
  hook: MessageHook,
  caller: Caller,
  { connection }: Turn,
  request: SendRequest,
  attempt: SendAttempt,
): Promise<Outcome<'again'>> {
  attempt.isAsked = true;
  return (await askHook(deps, hook, caller, connection, request)) ?? 'again';
}
