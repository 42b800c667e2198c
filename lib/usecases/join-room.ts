import { isDue } from '../domain/eviction.ts';
import type { RoomId, UserId } from '../domain/ids.ts';
import {
  currentMember,
  type DeviceConnection,
  hasDevice,
  isBlocked,
  joined,
  type Member,
  withConnection,
} from '../domain/member.ts';
import { isLive, type Room } from '../domain/room.ts';
import { Code } from '../protocol/codes.ts';
import type { EndReason, JoinedAnswer, Resume } from '../protocol/frames.ts';
import type { Connection } from '../store/room-store.ts';
import { createRoom } from './create-room.ts';
import { ATTEMPTS, type Caller, type Deps, type Refusal, refuse } from './deps.ts';
import { dropConnection } from './drop-connection.ts';
import { claimEnd, kickDue } from './end-membership.ts';
import { forgetRoom, keepLastRoom } from './leave-room.ts';
import { noteActivity } from './note-activity.ts';
import { isBeyondLimit, isOverLimit } from './query-members.ts';
import { type MissedMessages, missedMessages, newestMessages } from './read-history.ts';
import { tellOwnDevices } from './tell-own-devices.ts';

/** A client has given up by then, or its Lambda has ended. */
const UNCHECKED_MS = 60_000;

export interface JoinRequest {
  readonly room: RoomId;
  readonly messageCount: number;
  readonly autoCreate: boolean;
  readonly resume?: Resume | undefined;
}

export type Joined = Omit<JoinedAnswer, 'event' | 'id'>;

/**
 * A join, a second device, or a come-back. The intent (room on the connection's row) comes before the member row, and the
 * connection is looked at once more after it: whichever way a `$disconnect` interleaves, no ghost stays online.
 */
export async function joinRoom(deps: Deps, caller: Caller, request: JoinRequest): Promise<Joined | Refusal> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const outcome = await joinOnce(deps, caller, request);
    if (outcome !== 'room-is-gone') return outcome;
  }
  return busy();
}

/** The room may go while he joins: then it is decided anew whether there is one to join. */
async function joinOnce(deps: Deps, caller: Caller, request: JoinRequest): Promise<Joined | Refusal | 'room-is-gone'> {
  const room = await roomToJoin(deps, request);
  if (!('epoch' in room)) return room;
  // A come-back takes no other place among the joins, or one that is refused could move him.
  const by = request.resume === undefined ? 'join' : undefined;
  const connection = await deps.store.addConnectionRoom(caller, request.room, by);
  if (connection === undefined) return gone();
  if (!(await noteActivity(deps, room))) return 'room-is-gone';
  const own = { connectionId: caller.connectionId, device: connection.device };
  const admitted = await admit(deps, caller.userId, own, room, request.resume);
  if (!('member' in admitted)) {
    await forgetRoom(deps, caller, request.room);
    return admitted;
  }
  const [again, now] = await Promise.all([lookOnceMore(deps, caller, request.room), deps.store.getRoom(request.room)]);
  if (again === undefined) {
    await dropConnection(deps, request.room, connection, undefined);
    return gone();
  }
  if (!isLive(now) || now.epoch !== room.epoch) return 'room-is-gone';
  if (await isTooMany(deps, room, admitted, request)) return full(deps, caller, admitted.member);
  if (deps.settings.multiLoginSync && admitted.isNewDevice) await tellOwnDevices(deps, caller, room.room, 'joined');
  if (!deps.settings.multipleRooms) await keepLastRoom(deps, again, request.room);
  return answer(deps, { before: room, now }, admitted, request);
}

/** The connection, with the room on its row: who left it meanwhile may have taken it off. undefined = it is closed. */
async function lookOnceMore(deps: Deps, caller: Caller, room: RoomId): Promise<Connection | undefined> {
  const again = await deps.store.getConnection(caller);
  if (again === undefined || again.closedAtMs !== undefined) return undefined;
  return again.rooms.includes(room) ? again : deps.store.addConnectionRoom(caller, room);
}

const busy = () => refuse(Code.REQUEST_TOO_FAST, 'unable to join the room; too much at once', { retryAfterMs: 500 });

const gone = () => refuse(Code.DISCONNECTED, 'unable to join the room; the connection is closed');

async function roomToJoin(deps: Deps, request: JoinRequest): Promise<Room | Refusal> {
  const room = await deps.store.getRoom(request.room);
  const resume = request.resume;
  if (isLive(room)) {
    if (resume === undefined || resume.roomEpoch === room.epoch) return room;
    return refuse(Code.NOT_A_MEMBER, 'unable to resume; the room was destroyed and made anew', { reason: 'destroyed' });
  }
  if (resume !== undefined)
    return refuse(Code.NO_SUCH_ROOM, 'unable to resume; the room is gone', { reason: 'destroyed' });
  if (!request.autoCreate) return refuse(Code.NO_SUCH_ROOM, 'unable to join the room; it does not exist');
  return createRoom(deps, request.room, request.room);
}

interface Admitted {
  readonly member: Member;
  readonly fresh: boolean;
  /** This device was not in the room, neither connected nor away. */
  readonly isNewDevice: boolean;
}

async function admit(
  deps: Deps,
  userId: UserId,
  by: DeviceConnection,
  room: Room,
  resume: Resume | undefined,
): Promise<Admitted | Refusal> {
  // A first join is tried without a read: it is the common case, and its condition (no row) decides.
  let row = resume === undefined ? undefined : await deps.store.getMember(room.room, userId);
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const member = currentMember(row, room.room, userId, room.epoch);
    if (isBlocked(member, deps.now())) {
      return refuse(Code.BLOCKED, 'unable to join the room; blocked for now', { reason: 'blocked' });
    }
    if (member.membership !== undefined && isDue(member, room, deps.settings)) {
      // I-M13: who is found due was out before he came back. Told so when he resumes; else he joins afresh.
      await kickDue(deps, [member]);
      if (resume !== undefined) return over('offline');
      row = await deps.store.getMember(room.room, userId);
      continue;
    }
    if (resume !== undefined && member.membership !== resume.membership) return over(endOf(member, resume));
    const fresh = member.membership === undefined;
    const isNewDevice = fresh || !hasDevice(member, by.device);
    // Written also if he is in by this connection: a join of another room that is about to leave this one finds it changed.
    const next = fresh ? joined(member, by, deps.randomId(), deps.now()) : withConnection(member, by);
    const stored = await deps.store.putMember(next, member.revision, fresh ? 'joined' : undefined);
    if (stored !== 'conflict') return { member: stored, fresh, isNewDevice };
    row = await deps.store.getMember(room.room, userId);
  }
  return busy();
}

/** Somebody new may be one too many, and whoever asks once more because a Lambda died before it had looked. */
async function isTooMany(deps: Deps, room: Room, { fresh, member }: Admitted, request: JoinRequest): Promise<boolean> {
  if (fresh) return isOverLimit(deps, room);
  const isUnchecked = request.resume === undefined && deps.now() - member.joinedAtMs < UNCHECKED_MS;
  return isUnchecked && isBeyondLimit(deps, room, member);
}

/** The room was full: this membership ends, whatever else changes on its row meanwhile. */
async function full(deps: Deps, caller: Caller, member: Member): Promise<Refusal> {
  let row: Member | undefined = member;
  for (let attempt = 0; row !== undefined && row.membership === member.membership; attempt += 1) {
    if (attempt === ATTEMPTS) return busy();
    if (await claimEnd(deps, row, 'left', caller.connectionId)) break;
    row = await deps.store.getMember(member.room, member.userId);
  }
  await forgetRoom(deps, caller, member.room);
  return refuse(Code.ROOM_FULL, 'unable to join the room; it is full');
}

const over = (reason: EndReason) =>
  refuse(Code.NOT_A_MEMBER, 'unable to resume; the membership ended while you were offline', { reason });

/** A reason that nobody keeps is `offline`: the others stay on the row (see `told`). */
const endOf = ({ ended }: Member, resume: Resume): EndReason =>
  ended?.membership === resume.membership ? ended.reason : 'offline';

/** The room as it was before his row was written, and after it. */
interface JoinedRoom {
  readonly before: Room;
  readonly now: Room;
}

async function answer(deps: Deps, room: JoinedRoom, admitted: Admitted, request: JoinRequest): Promise<Joined> {
  const { member, fresh } = admitted;
  const fields = {
    code: 0,
    room: room.now.room,
    roomEpoch: room.now.epoch,
    membership: member.membership ?? '',
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
  return newestMessages(deps, now, messageCount === 0 ? 10 : messageCount, userId, fields);
}
