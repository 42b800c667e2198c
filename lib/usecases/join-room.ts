import { isEvicted } from '../domain/eviction.ts';
import { currentMember, hasDevice, joined, type Member, withConnection } from '../domain/member.ts';
import { isRefused, type Outcome, type Refused, refused } from '../domain/outcome.ts';
import { isLive, type Room } from '../domain/room.ts';
import type { JoinedAnswer } from '../protocol/answers.ts';
import type { Resume } from '../protocol/client-frames.ts';
import { MESSAGE_COUNT_DEFAULT } from '../protocol/limits.ts';
import type { Caller, Deps } from './deps.ts';
import { decideOn } from './steps/decide-on.ts';
import type { OwnConnection } from './steps/disconnect-member.ts';
import { endMembership, evictMembers } from './steps/end-membership.ts';
import { isOverMemberLimit, joinedBeyondLimit } from './steps/member-limit.ts';
import { type MissedMessages, missedMessages, newestMessages } from './steps/missed-messages.ts';
import { noteActivity } from './steps/note-activity.ts';
import { notifyOwnDevices } from './steps/notify-own-devices.ts';
import { type Entry, type JoinRequest, permitEntry, refuseEntry } from './steps/permit-join.ts';
import { recheckConnection } from './steps/recheck-connection.ts';
import { forgetRoom, keepLastRoom } from './steps/rooms-of-connection.ts';
import { inTurn, type Turn } from './steps/take-turn.ts';

/** By then a client has given up, and its Lambda has ended. */
const UNCHECKED_MS = 60_000;

export type { JoinRequest } from './steps/permit-join.ts';

export type Joined = Omit<JoinedAnswer, 'event' | 'id'>;

/**
 * A join, a second device, or a resume. The intent (the room on the connection's row) comes before the member row, and the
 * connection is read again after it: whichever way a `$disconnect` interleaves, no connection that is gone stays online.
 */
export const joinRoom = (deps: Deps, caller: Caller, request: JoinRequest): Promise<Outcome<Joined>> =>
  inTurn(deps, caller, { action: 'join' }, (turn) => decideOn(deps, () => joinOnce(deps, caller, request, turn), busy));

/** 'conflict' = the room was destroyed in between: it is decided again whether there is one to join. */
async function joinOnce(
  deps: Deps,
  caller: Caller,
  request: JoinRequest,
  turn: Turn,
): Promise<Outcome<Joined | 'again' | 'conflict'>> {
  const entry = await permitEntry(deps, caller, request, turn);
  if (entry === 'again' || isRefused(entry)) return entry;
  const { room } = entry;
  // A resume does not change the order of the joins: one that is refused could end another membership.
  const by = request.resume === undefined ? 'join' : undefined;
  const connection = await deps.store.addConnectionRoom(caller, request.room, by);
  if (connection === undefined) return refused('connection-closed');
  if (!(await noteActivity(deps, room))) return 'conflict';
  const admitted = await admit(deps, connection, entry, request.resume);
  if (isRefused(admitted)) {
    await forgetRoom(deps, caller, request.room);
    return admitted;
  }
  const [again, now] = await Promise.all([
    recheckConnection(deps, connection, request.room),
    deps.store.getRoom(request.room),
  ]);
  if (again === undefined) return refused('connection-closed');
  if (!isLive(now) || now.epoch !== room.epoch) return 'conflict';
  if (await isTooMany(deps, room, admitted, request)) return full(deps, caller, admitted.member);
  if (deps.settings.multiLoginSync && admitted.isNewDevice)
    await notifyOwnDevices(deps, connection, room.roomId, 'joined');
  if (!deps.settings.multipleRooms) await keepLastRoom(deps, again, request.room);
  return answer(deps, { before: room, now }, admitted, request);
}

const busy = () => refused('too-much-at-once', { retryAfterMs: 500 });

interface Admitted {
  readonly member: Member;
  readonly fresh: boolean;
  /** This device was not in the room, neither connected nor disconnected. */
  readonly isNewDevice: boolean;
}

function admit(
  deps: Deps,
  by: OwnConnection,
  { room, row: read }: Entry,
  resume: Resume | undefined,
): Promise<Outcome<Admitted>> {
  const { userId } = by;
  let row = read;
  const again = async () => {
    row = await deps.store.getMember(room.roomId, userId);
    return 'conflict' as const;
  };
  const attempt = async (): Promise<Outcome<Admitted> | 'conflict'> => {
    const member = currentMember(row, room.roomId, userId, room.epoch);
    const refusal = await refuseEntry(deps, member, room, resume);
    if (refusal !== undefined) return refusal;
    if (member.membershipId !== undefined && isEvicted(member, room, deps.settings)) {
      // I-M13: evicted before this join, which is a fresh one.
      await evictMembers(deps, [member]);
      return again();
    }
    const fresh = member.membershipId === undefined;
    const isNewDevice = fresh || !hasDevice(member, by.device);
    // Also where this connection is in the room: a concurrent join that is about to leave this one finds the row changed.
    const next = fresh ? joined(member, by, deps.randomId(), deps.now()) : withConnection(member, by);
    const stored = await deps.store.putMember(next, member.revision, fresh ? 'joined' : undefined);
    return stored === 'conflict' ? again() : { member: stored, fresh, isNewDevice };
  };
  return decideOn(deps, attempt, busy);
}

/** A new member may be one too many, also one that joins again because a Lambda died before it had checked that. */
async function isTooMany(deps: Deps, room: Room, { fresh, member }: Admitted, request: JoinRequest): Promise<boolean> {
  if (fresh) return isOverMemberLimit(deps, room);
  const isUnchecked = request.resume === undefined && deps.now() - member.joinedAtMs < UNCHECKED_MS;
  return isUnchecked && joinedBeyondLimit(deps, room, member);
}

/** The room was full: this membership ends, whatever else changes on its row in between. */
async function full(deps: Deps, caller: Caller, member: Member): Promise<Refused> {
  let row: Member | undefined = member;
  const end = async () => {
    if (row === undefined || row.membershipId !== member.membershipId) return undefined;
    if (await endMembership(deps, row, 'left', caller.connectionId)) return undefined;
    row = await deps.store.getMember(member.roomId, member.userId);
    return 'conflict';
  };
  const outcome = await decideOn<undefined, Refused>(deps, end, busy);
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

/** Up to the room after the row was written: what is accepted later is pushed. Without messages, all since before it is new. */
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
