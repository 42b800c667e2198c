import { isShutOut } from '../domain/access.ts';
import { isDue } from '../domain/eviction.ts';
import type { RoomId } from '../domain/ids.ts';
import { currentMember, isBlocked, type Member, withConnection } from '../domain/member.ts';
import { isLive, type Room } from '../domain/room.ts';
import { decideSend, type SendDecision, withoutSend, withSend } from '../domain/sending.ts';
import { isMuted } from '../domain/speech.ts';
import { Code } from '../protocol/codes.ts';
import type { SentAnswer } from '../protocol/frames.ts';
import { acceptMessage, deliver, sendTime } from './accept-message.ts';
import { ATTEMPTS, type Caller, type Deps, type Refusal, refuse } from './deps.ts';
import { dropConnection } from './drop-connection.ts';
import { kickDue } from './end-membership.ts';
import { findSent } from './find-sent.ts';
import { placeFor, rankOf } from './take-place.ts';

export interface SendRequest {
  readonly room: RoomId;
  readonly clientMessageId: string;
  readonly type: string;
  readonly content: string;
}

export type Sent = Omit<SentAnswer, 'event' | 'id'>;

/**
 * An earlier attempt with the same client message id may still be running for this long (the message Lambda's timeout and
 * a margin). Before that, an attempt that left no trace in the room is not repeated, or the message could count twice.
 */
export const SEND_IN_FLIGHT_MS = 32_000;

/** One accepted message: the sender's row, then the room's. Both are read first, so a refusal writes nothing. */
export async function sendMessage(deps: Deps, caller: Caller, request: SendRequest): Promise<Sent | Refusal> {
  const { clientMessageId, type, content } = request;
  let ownAttemptAtMs: number | undefined;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const sender = await checkSender(deps, caller, request.room, ownAttemptAtMs !== undefined);
    if (!('room' in sender)) return sender;
    const { room, member } = sender;
    const decision = decideSend(member, clientMessageId, deps.now(), deps.settings.sendsPerSecond);
    // The room refused this very attempt for a conflict: nothing was accepted, so it is no repeat.
    const mine = decision.kind === 'repeated' && decision.firstAtMs === ownAttemptAtMs;
    const known = decision.kind === 'go' || mine ? undefined : await answerKnown(deps, caller, request, room, decision);
    if (known !== undefined) return known;
    const sentAtMs = sendTime(deps, room);
    const place = placeFor(deps, room, await rankOf(deps, room, caller.userId, type, sentAtMs), sentAtMs);
    if (place.kind === 'full') return flooded(deps, mine ? member : undefined, clientMessageId, place.retryAfterMs);
    const next = withSend(member, { clientMessageId, atMs: deps.now() }, deps.settings.sendsPerSecond);
    // One write decides between this send and a block: it is conditional on the row as read.
    if (!mine && (await deps.store.putMember(next, member.revision)) === 'conflict') continue;
    if (sender.revived && !(await isStillOpen(deps, caller, room))) return closed();
    ownAttemptAtMs ??= next.recentSends.at(-1)?.atMs;
    const message = { id: deps.randomId(), clientMessageId, senderUserId: caller.userId, type, content, sentAtMs };
    const after = await acceptMessage(deps, room, { message, fence: room.fence, place: place.place });
    if (after.kind === 'conflict') continue;
    await deliver(deps, after.room, after.message, { connectionId: caller.connectionId });
    return sent(after.room, after.message);
  }
  return refuse(Code.UNKNOWN, 'unable to send the message; too much at once', { retryAfterMs: 1000 });
}

const sent = (room: Room, message: { seq: number; messageId: string; sentAtMs: number }): Sent => ({
  code: 0,
  room: room.room,
  roomEpoch: room.epoch,
  seq: message.seq,
  messageId: message.messageId,
  sentAtMs: message.sentAtMs,
});

interface Sender {
  readonly room: Room;
  readonly member: Member;
  /** His row did not know this connection: it is written into it with this send. */
  readonly revived: boolean;
}

/**
 * With `roomFirst` a block that comes between the two reads is seen on the row. Without it, the write of the row finds it;
 * an attempt whose row is written already has only the room's fence, so it must not be newer than the row.
 */
async function checkSender(deps: Deps, caller: Caller, roomId: RoomId, roomFirst: boolean): Promise<Sender | Refusal> {
  const reading = deps.store.getRoom(roomId);
  if (roomFirst) await reading;
  const [room, row, access] = await Promise.all([
    reading,
    deps.store.getMember(roomId, caller.userId),
    deps.store.getAccess(caller.userId),
  ]);
  if (!isLive(room)) return refuse(Code.NO_SUCH_ROOM, 'unable to send the message; the room does not exist');
  const member = currentMember(row, roomId, caller.userId, room.epoch);
  const nowMs = deps.now();
  if (isBlocked(member, nowMs) || isShutOut(access, nowMs)) {
    return refuse(Code.BLOCKED, 'unable to send the message; blocked for now', { reason: 'blocked' });
  }
  if (member.membership === undefined) {
    if (deps.settings.membersOnlySend) {
      return refuse(Code.NOT_A_MEMBER, 'unable to send the message; not a member of the room');
    }
    return isMuted(member, room, access, nowMs) ? muted() : { room, member, revived: false };
  }
  if (isDue(member, room, deps.settings)) {
    await kickDue(deps, [member]);
    return refuse(Code.NOT_A_MEMBER, 'unable to send the message; not a member any more', { reason: 'offline' });
  }
  if (isMuted(member, room, access, nowMs)) return muted();
  return comeBack(deps, caller, room, member);
}

/** A frame from a connection that the row does not know (a 410 that was wrong, a mark set too soon) is a come-back. */
async function comeBack(deps: Deps, caller: Caller, room: Room, member: Member): Promise<Sender | Refusal> {
  if (member.connections.includes(caller.connectionId)) return { room, member, revived: false };
  const connection = await deps.store.addConnectionRoom(caller, room.room);
  if (connection === undefined) return closed();
  return { room, member: withConnection(member, connection), revived: true };
}

/** As for a join: looked at once more after the row was written, so that neither an end nor a leave in between leaves a ghost. */
async function isStillOpen(deps: Deps, caller: Caller, { room }: Room): Promise<boolean> {
  const connection = await deps.store.getConnection(caller);
  if (connection === undefined) return false;
  const isOpen = connection.closedAtMs === undefined;
  const isThere = isOpen && connection.rooms.includes(room);
  if (isThere || (isOpen && (await deps.store.addConnectionRoom(caller, room)) !== undefined)) return true;
  await dropConnection(deps, room, connection, undefined);
  return false;
}

const muted = () => refuse(Code.MUTED, 'unable to send the message; muted for now');

/** An attempt that is on his row already was surely not accepted: it must not keep the next one waiting. */
async function flooded(deps: Deps, written: Member | undefined, clientMessageId: string, retryAfterMs: number) {
  if (written !== undefined) await deps.store.putMember(withoutSend(written, clientMessageId), written.revision);
  return refuse(Code.SEND_TOO_FAST, 'unable to send the message; the room is flooded', { retryAfterMs });
}

const closed = () => refuse(Code.DISCONNECTED, 'unable to send the message; the connection is closed');

async function answerKnown(
  deps: Deps,
  caller: Caller,
  request: SendRequest,
  room: Room,
  decision: Exclude<SendDecision, { kind: 'go' }>,
): Promise<Sent | Refusal | undefined> {
  if (decision.kind === 'too-fast') {
    return refuse(Code.SEND_TOO_FAST, 'unable to send the message; too many in one second', {
      retryAfterMs: decision.retryAfterMs,
    });
  }
  const found = await findSent(deps, room, caller.userId, request.clientMessageId);
  if (found !== undefined) return sent(room, found);
  const remainingMs = decision.firstAtMs + SEND_IN_FLIGHT_MS - deps.now();
  if (remainingMs <= 0) return undefined;
  return refuse(Code.UNKNOWN, 'unable to tell yet; an earlier attempt may still be under way', {
    retryAfterMs: remainingMs,
  });
}
