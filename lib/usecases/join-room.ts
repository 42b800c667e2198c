import { isEvicted } from '../domain/eviction.ts';
import { currentMember, hasDevice, joined, type Member, withConnection } from '../domain/member.ts';
import { isLive, type Room } from '../domain/room.ts';
import type { JoinedAnswer } from '../protocol/answers.ts';
import type { Resume } from '../protocol/client-frames.ts';
import { Code } from '../protocol/codes.ts';
import { MESSAGE_COUNT_DEFAULT } from '../protocol/limits.ts';
import { ATTEMPTS, type Caller, type Deps, type Refusal, refuse } from './deps.ts';
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

/** A client has given up by then, or its Lambda has ended. */
const UNCHECKED_MS = 60_000;

export type { JoinRequest } from './steps/permit-join.ts';

export type Joined = Omit<JoinedAnswer, 'event' | 'id'>;

/**
 * A join, a second device, or a come-back. The intent (room on the connection's row) comes before the member row, and the
 * connection is looked at once more after it: whichever way a `$disconnect` interleaves, no ghost stays online.
 */
export const joinRoom = (deps: Deps, caller: Caller, request: JoinRequest): Promise<Joined | Refusal> =>
  inTurn(deps, caller, { action: 'join' }, async (turn): Promise<Outcome> => {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const outcome = await joinOnce(deps, caller, request, turn);
      if (outcome !== 'room-is-gone') return outcome;
    }
    return busy();
  });

type Outcome = Joined | 'again' | Refusal;

/** The room may go while he joins: then it is decided anew whether there is one to join. */
async function joinOnce(
  deps: Deps,
  caller: Caller,
  request: JoinRequest,
  turn: Turn,
): Promise<Outcome | 'room-is-gone'> {
  const entry = await permitEntry(deps, caller, request, turn);
  if (entry === 'again' || 'code' in entry) return entry;
  const { room } = entry;
  // A come-back takes no other place among the joins, or one that is refused could move him.
  const by = request.resume === undefined ? 'join' : undefined;
  const connection = await deps.store.addConnectionRoom(caller, request.room, by);
  if (connection === undefined) return gone();
  if (!(await noteActivity(deps, room))) return 'room-is-gone';
  const admitted = await admit(deps, connection, entry, request.resume);
  if (!('member' in admitted)) {
    await forgetRoom(deps, caller, request.room);
    return admitted;
  }
  const [again, now] = await Promise.all([
    recheckConnection(deps, connection, request.room),
    deps.store.getRoom(request.room),
  ]);
  if (again === undefined) return gone();
  if (!isLive(now) || now.epoch !== room.epoch) return 'room-is-gone';
  if (await isTooMany(deps, room, admitted, request)) return full(deps, caller, admitted.member);
  if (deps.settings.multiLoginSync && admitted.isNewDevice)
    await notifyOwnDevices(deps, connection, room.roomId, 'joined');
  if (!deps.settings.multipleRooms) await keepLastRoom(deps, again, request.room);
  return answer(deps, { before: room, now }, admitted, request);
}

const busy = () => refuse(Code.REQUEST_TOO_FAST, 'unable to join the room; too much at once', { retryAfterMs: 500 });

const gone = () => refuse(Code.DISCONNECTED, 'unable to join the room; the connection is closed');

interface Admitted {
  readonly member: Member;
  readonly fresh: boolean;
  /** This device was not in the room, neither connected nor away. */
  readonly isNewDevice: boolean;
}

async function admit(
  deps: Deps,
  by: OwnConnection,
  { room, row: read }: Entry,
  resume: Resume | undefined,
): Promise<Admitted | Refusal> {
  const { userId } = by;
  let row = read;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const member = currentMember(row, room.roomId, userId, room.epoch);
    const refusal = await refuseEntry(deps, member, room, resume);
    if (refusal !== undefined) return refusal;
    if (member.membershipId !== undefined && isEvicted(member, room, deps.settings)) {
      // I-M13: out before this, and in afresh.
      await evictMembers(deps, [member]);
      row = await deps.store.getMember(room.roomId, userId);
      continue;
    }
    const fresh = member.membershipId === undefined;
    const isNewDevice = fresh || !hasDevice(member, by.device);
    // Written also if he is in by this connection: a join of another room that is about to leave this one finds it changed.
    const next = fresh ? joined(member, by, deps.randomId(), deps.now()) : withConnection(member, by);
    const stored = await deps.store.putMember(next, member.revision, fresh ? 'joined' : undefined);
    if (stored !== 'conflict') return { member: stored, fresh, isNewDevice };
    row = await deps.store.getMember(room.roomId, userId);
  }
  return busy();
}

/** Somebody new may be one too many, and whoever asks once more because a Lambda died before it had looked. */
async function isTooMany(deps: Deps, room: Room, { fresh, member }: Admitted, request: JoinRequest): Promise<boolean> {
  if (fresh) return isOverMemberLimit(deps, room);
  const isUnchecked = request.resume === undefined && deps.now() - member.joinedAtMs < UNCHECKED_MS;
  return isUnchecked && joinedBeyondLimit(deps, room, member);
}

/** The room was full: this membership ends, whatever else changes on its row meanwhile. */
async function full(deps: Deps, caller: Caller, member: Member): Promise<Refusal> {
  let row: Member | undefined = member;
  for (let attempt = 0; row !== undefined && row.membershipId === member.membershipId; attempt += 1) {
    if (attempt === ATTEMPTS) return busy();
    if (await endMembership(deps, row, 'left', caller.connectionId)) break;
    row = await deps.store.getMember(member.roomId, member.userId);
  }
  await forgetRoom(deps, caller, member.roomId);
  return refuse(Code.ROOM_FULL, 'unable to join the room; it is full');
}

/** The room as it was before his row was written, and after it. */
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

/** Up to the room after his row was written: what is accepted later is pushed. Without messages, all since before it counts as news. */
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
