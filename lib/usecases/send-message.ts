import type { Access } from '../domain/access.ts';
import { isEvicted } from '../domain/eviction.ts';
import { currentMember, isBlocked, type Member } from '../domain/member.ts';
import { isLive, type Room } from '../domain/room.ts';
import { sendKey } from '../domain/sending.ts';
import { isMuted } from '../domain/speech.ts';
import { SEND_KEPT_MS } from '../domain/turns.ts';
import type { SentAnswer } from '../protocol/answers.ts';
import type { RequestOf } from '../protocol/client-frames.ts';
import { Code } from '../protocol/codes.ts';
import { ATTEMPTS, type Caller, type Deps, type Refusal, refuse } from './deps.ts';
import { acceptMessage, sendTime } from './steps/accept-message.ts';
import { evictMembers } from './steps/end-membership.ts';
import { findSent } from './steps/find-sent.ts';
import { followUp } from './steps/follow-up.ts';
import { quotaSlotFor, rankOf } from './steps/quota-slot.ts';
import { mayResume, notIn, resumeMembership } from './steps/resume-membership.ts';
import { askTurn, type Turn } from './steps/take-turn.ts';

export type SendRequest = RequestOf<'send'>;

export type Sent = Omit<SentAnswer, 'event' | 'id'>;

/** An attempt that has left its mark, so that no other one at the same message goes on beside it. */
interface Attempt {
  readonly key: string;
  isMarked: boolean;
}

/**
 * One accepted message: the mark on the sender's row, then the room's row. All is read first, so a refusal writes nothing.
 * The room is read before what stands on other rows: its fence is then older than all that was checked, and what has left
 * its tail is in the log.
 */
export async function sendMessage(deps: Deps, caller: Caller, request: SendRequest): Promise<Sent | Refusal> {
  const attempt: Attempt = { key: sendKey(request.room, request.clientMessageId), isMarked: false };
  for (let count = 0; count < ATTEMPTS; count += 1) {
    const outcome = await sendOnce(deps, caller, request, attempt);
    if (outcome === 'again') continue;
    // Nothing was accepted: the mark must not keep the next attempt waiting.
    if (attempt.isMarked && 'message' in outcome) await unmark(deps, caller, attempt.key);
    return outcome;
  }
  if (attempt.isMarked) await unmark(deps, caller, attempt.key);
  return refuse(Code.UNKNOWN, 'unable to send the message; too much at once', { retryAfterMs: 1000 });
}

async function sendOnce(
  deps: Deps,
  caller: Caller,
  request: SendRequest,
  attempt: Attempt,
): Promise<Sent | Refusal | 'again'> {
  const { room: roomId, clientMessageId, type, content } = request;
  const turn = await askTurn(deps, caller, { action: 'send', key: attempt.key });
  if ('code' in turn) return turn;
  const room = await deps.store.getRoom(roomId);
  if (!isLive(room)) return refuse(Code.NO_SUCH_ROOM, 'unable to send the message; the room does not exist');
  const [row, earlier] = await Promise.all([
    deps.store.getMember(roomId, caller.userId),
    findSent(deps, room, caller.userId, clientMessageId),
  ]);
  // Whatever has become of the sender: everybody may have read it.
  if (earlier !== undefined) return sent(room, earlier);
  const member = currentMember(row, roomId, caller.userId, room.epoch);
  const comesBack = member.membershipId !== undefined && !member.connections.includes(caller.connectionId);
  const revives = comesBack && (await mayResume(deps, roomId, member, turn.connection));
  const isOutside = comesBack && !revives && deps.settings.membersOnlySend;
  const refusal =
    (await refusalFor(deps, turn.access, room, member)) ?? (isOutside ? notIn() : underWay(deps, turn.access, attempt));
  if (refusal !== undefined) return refusal;
  const sentAtMs = sendTime(deps, room);
  const place = quotaSlotFor(deps, room, await rankOf(deps, room, caller.userId, type, sentAtMs), sentAtMs);
  if (place.kind === 'full') {
    const { retryAfterMs } = place;
    return refuse(Code.SEND_TOO_FAST, 'unable to send the message; the room is flooded', { retryAfterMs });
  }
  const stopped =
    (await mark(turn, attempt)) ?? (revives ? await resumeMembership(deps, caller, room, member) : undefined);
  if (stopped !== undefined) return stopped;
  const message = { id: deps.randomId(), clientMessageId, senderUserId: caller.userId, type, content, sentAtMs };
  const after = await acceptMessage(deps, room, {
    message,
    sendPermissionVersion: room.sendPermissionVersion,
    quotaSlot: place.place,
  });
  if (after.kind === 'conflict') return 'again';
  await followUp(deps, after.room, after.message, { connectionId: caller.connectionId });
  return sent(after.room, after.message);
}

const sent = (room: Room, message: { seq: number; messageId: string; sentAtMs: number }): Sent => ({
  code: 0,
  room: room.roomId,
  roomEpoch: room.epoch,
  seq: message.seq,
  messageId: message.messageId,
  sentAtMs: message.sentAtMs,
});

/** Why this user may not send to this room. */
async function refusalFor(deps: Deps, access: Access, room: Room, member: Member): Promise<Refusal | undefined> {
  const nowMs = deps.now();
  if (isBlocked(member, nowMs)) {
    return refuse(Code.BLOCKED, 'unable to send the message; blocked for now', { reason: 'blocked' });
  }
  if (member.membershipId === undefined && deps.settings.membersOnlySend) {
    return refuse(Code.NOT_A_MEMBER, 'unable to send the message; not a member of the room');
  }
  if (isEvicted(member, room, deps.settings)) {
    await evictMembers(deps, [member]);
    return refuse(Code.NOT_A_MEMBER, 'unable to send the message; not a member any more', { reason: 'offline' });
  }
  if (isMuted(member, room, access, nowMs)) return refuse(Code.MUTED, 'unable to send the message; muted for now');
  return undefined;
}

/** Another attempt at this message may still get it into the room: a second one beside it could make it count twice. */
function underWay(deps: Deps, { sends }: Access, { key, isMarked }: Attempt): Refusal | undefined {
  const other = isMarked ? undefined : sends.find((send) => send.key === key);
  const retryAfterMs = other === undefined ? 0 : other.atMs + SEND_KEPT_MS - deps.now();
  if (retryAfterMs <= 0) return undefined;
  return refuse(Code.UNKNOWN, 'unable to tell yet; an earlier attempt may still be under way', { retryAfterMs });
}

/** undefined = this attempt has its mark. */
async function mark(turn: Turn, attempt: Attempt): Promise<Refusal | 'again' | undefined> {
  if (attempt.isMarked) return undefined;
  const outcome = await turn.take();
  attempt.isMarked = outcome === 'taken';
  return outcome === 'taken' ? undefined : outcome;
}

async function unmark(deps: Deps, { userId }: Caller, key: string): Promise<void> {
  const access = await deps.store.getAccess(userId);
  // Refused: another frame of theirs came in between. Then the mark goes by itself.
  await deps.store.takeTurn(userId, { ...access, sends: access.sends.filter((send) => send.key !== key) });
}
