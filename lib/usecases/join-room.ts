import { isEvicted } from '../domain/eviction.ts';
import { hasDevice, type JoiningConnection, joined, type Member, withConnection } from '../domain/member.ts';
import { isRefused, type Outcome, type Refused, refused } from '../domain/outcome.ts';
import { isLive, type Room } from '../domain/room.ts';
import type { JoinedAnswer } from '../protocol/answers.ts';
import type { Resume } from '../protocol/client-frames.ts';
import { MESSAGE_COUNT_DEFAULT } from '../protocol/limits.ts';
import type { Caller, Deps } from './deps.ts';
import { decideOn, tooMuchAtOnce } from './steps/decide-on.ts';
import type { OwnConnection } from './steps/disconnect-member.ts';
import { endMembership, evictMembers, forgetRow } from './steps/end-membership.ts';
import { isOverMemberLimit, joinedBeyondLimit } from './steps/member-limit.ts';
import { joining } from './steps/member-sender.ts';
import { type MissedMessages, missedMessages, newestMessages } from './steps/missed-messages.ts';
import { noteActivity } from './steps/note-activity.ts';
import { notifyOwnDevices } from './steps/notify-own-devices.ts';
import { type JoinRequest, type PermittedJoin, permitJoin, refuseJoin } from './steps/permit-join.ts';
import { recheckConnection } from './steps/recheck-connection.ts';
import { isElsewhere } from './steps/resume-membership.ts';
import { forgetRoom, keepLastRoom } from './steps/rooms-of-connection.ts';
import { rowInRoom } from './steps/row-in-room.ts';
import { inTurn, type Turn } from './steps/take-turn.ts';

/** For this long after a join its client may repeat it, because a Lambda died before it checked the member limit. */
const UNCHECKED_MS = 60_000;

export type { JoinRequest } from './steps/permit-join.ts';

export type Joined = Omit<JoinedAnswer, 'event' | 'id'>;

/**
 * A fresh join, another device, or a resume. The room goes on the connection's row before the member's row is written,
 * and the connection is read again after that: however a `$disconnect` interleaves, no closed connection stays online.
 */
export const joinRoom = (deps: Deps, caller: Caller, request: JoinRequest): Promise<Outcome<Joined>> =>
  inTurn(deps, caller, { action: 'join' }, (turn) =>
    decideOn(deps, () => joinOnce(deps, caller, request, turn), tooMuchAtOnce),
  );

/** 'conflict' = the room was destroyed or the member was evicted in between: read and decide again. */
async function joinOnce(
  deps: Deps,
  caller: Caller,
  request: JoinRequest,
  turn: Turn,
): Promise<Outcome<Joined | 'again' | 'conflict'>> {
  const permitted = await permitJoin(deps, caller, request, turn);
  if (permitted === 'again' || isRefused(permitted)) return permitted;
  const { room } = permitted;
  // A resume does not change the join order: if it was then refused, the new order could end another membership. Nor
  // does what the client does by itself: the user may have joined another room since.
  const by = request.resume === undefined && request.rejoin !== true ? 'join' : undefined;
  const connection = await deps.store.addConnectionRoom(caller, request.room, deps.now(), by);
  if (connection === undefined) return refused('connection-closed');
  if (request.rejoin === true && (await isElsewhere(deps, connection, request.room))) {
    await forgetRoom(deps, caller, request.room);
    return refused('membership-ended', { endReason: 'left' });
  }
  if (!(await noteActivity(deps, room))) return 'conflict';
  const admitted = await admit(deps, joining(deps, caller, connection), permitted, request.resume);
  if (admitted === 'room-is-gone') return 'conflict';
  if (isRefused(admitted)) {
    await forgetRoom(deps, caller, request.room);
    return admitted;
  }
  const [rechecked, now] = await Promise.all([
    recheckConnection(deps, connection, request.room),
    deps.store.getRoom(request.room),
  ]);
  if (rechecked === undefined) return refused('connection-closed');
  if (!isLive(now) || now.epoch !== room.epoch) {
    // The destruction of the room may have removed its rows before this one was written.
    await forgetRow(deps, admitted.member);
    return 'conflict';
  }
  if (isEvicted(admitted.before, now, deps.settings)) {
    // I-M13: a message evicted the member before the write that resumed the membership, or concurrently.
    await endMembership(deps, admitted.member, 'offline', caller.connectionId);
    return 'conflict';
  }
  if (await isTooMany(deps, room, admitted, request)) return full(deps, caller, admitted.member);
  if (!deps.settings.multipleRooms) await keepLastRoom(deps, rechecked, request.room);
  if (deps.settings.multiLoginSync && admitted.isNewDevice)
    await notifyOwnDevices(deps, connection, room.roomId, 'joined');
  return answer(deps, { before: room, now }, admitted, request);
}

interface Admitted {
  readonly member: Member;
  /** The row as it was before this join's write. */
  readonly before: Member;
  readonly fresh: boolean;
  /** This device was not in the room, neither connected nor disconnected. */
  readonly isNewDevice: boolean;
}

function admit(
  deps: Deps,
  own: OwnConnection & JoiningConnection,
  { room, row: read }: PermittedJoin,
  resume: Resume | undefined,
): Promise<Outcome<Admitted | 'room-is-gone'>> {
  const { userId } = own;
  let row = read;
  const readAgain = async () => {
    row = await deps.store.getMember(room.roomId, userId);
    return 'conflict' as const;
  };
  const attempt = async (): Promise<Outcome<Admitted | 'room-is-gone' | 'conflict'>> => {
    const member = await rowInRoom(deps, room, userId, row);
    if (member === undefined) return 'room-is-gone';
    const refusal = await refuseJoin(deps, member, room, resume);
    if (refusal === 'again') return readAgain();
    if (refusal !== undefined) return refusal;
    if (member.membershipId !== undefined && isEvicted(member, room, deps.settings)) {
      // I-M13: the member was evicted before this join, so it is a fresh one.
      await evictMembers(deps, [member]);
      return readAgain();
    }
    const fresh = member.membershipId === undefined;
    const isNewDevice = fresh || !hasDevice(member, own.device);
    // Written even if this connection is in the room already: a concurrent join of another room, which is about to
    // leave this one, then finds a changed row.
    const next = fresh ? joined(member, own, deps.randomId(), deps.now()) : withConnection(member, own);
    const stored = await deps.store.putMember(next, member.revision, fresh ? 'joined' : undefined);
    return stored === 'conflict' ? readAgain() : { member: stored, before: member, fresh, isNewDevice };
  };
  return decideOn<Outcome<Admitted | 'room-is-gone'>, Refused>(deps, attempt, tooMuchAtOnce);
}

/** A new member may be one too many; so may one who joins again because a Lambda died before this check. */
async function isTooMany(deps: Deps, room: Room, { fresh, member }: Admitted, request: JoinRequest): Promise<boolean> {
  if (fresh) return isOverMemberLimit(deps, room);
  const isUnchecked = request.resume === undefined && deps.now() - member.joinedAtMs < UNCHECKED_MS;
  return isUnchecked && joinedBeyondLimit(deps, room, member);
}

/** The room was full: ends this membership, whatever else changes on its row concurrently. */
async function full(deps: Deps, caller: Caller, member: Member): Promise<Refused> {
  let row: Member | undefined = member;
  const end = async () => {
    if (row === undefined || row.membershipId !== member.membershipId) return undefined;
    if (await endMembership(deps, row, 'left', caller.connectionId)) return undefined;
    row = await deps.store.getMember(member.roomId, member.userId);
    return 'conflict';
  };
  const outcome = await decideOn<undefined, Refused>(deps, end, tooMuchAtOnce);
  if (isRefused(outcome)) return outcome;
  await forgetRoom(deps, caller, member.roomId);
  return refused('room-full');
}

/** The room before the member's row was written, and after it. */
interface JoinedRoom {
  readonly before: Room;
  readonly now: Room;
}

async function answer(deps: Deps, room: JoinedRoom, admitted: Admitted, request: JoinRequest): Promise<Joined> {
  const { member, fresh } = admitted;
  const fields = {
    code: 0,
    room: room.now.roomId,
    roomEpoch: room.now.epoch,
    membership: member.membershipId ?? '',
    joinedAtMs: member.joinedAtMs,
    fresh,
    hasEntries: room.now.hasEntries,
  } as const;
  return { ...fields, ...(await historyFor(deps, room, request, member.userId, fields)) };
}

/**
 * Messages up to `now`: later ones are pushed. A client that wants none gets the seq of `before`: all later ones are
 * new.
 */
async function historyFor(
  deps: Deps,
  { before, now }: JoinedRoom,
  { resume, messageCount }: JoinRequest,
  userId: string,
  fields: object,
): Promise<MissedMessages> {
  if (resume !== undefined) return missedMessages(deps, now, resume.seq, userId, fields);
  if (messageCount < 0) return { seq: before.seq, latestSeq: now.seq, messages: [], complete: true };
  return newestMessages(deps, now, messageCount === 0 ? MESSAGE_COUNT_DEFAULT : messageCount, userId, fields);
}
