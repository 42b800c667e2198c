import { isEvicted } from '../../domain/eviction.ts';
import { currentMember, isBlocked, type Member } from '../../domain/member.ts';
import { isLive, type Room } from '../../domain/room.ts';
import type { RequestOf, Resume } from '../../protocol/client-frames.ts';
import { Code } from '../../protocol/codes.ts';
import type { EndReason } from '../../protocol/end-reason.ts';
import { type Caller, type Deps, type Refusal, refuse } from '../deps.ts';
import { createRoom } from './create-room.ts';
import { evictMembers } from './end-membership.ts';
import { findRoomSlot } from './room-slot.ts';
import { forgetRoom } from './rooms-of-connection.ts';
import type { Turn } from './take-turn.ts';

export type JoinRequest = RequestOf<'join'>;

/** The room, and the user's row in it as it was read. */
export interface Entry {
  readonly room: Room;
  readonly row: Member | undefined;
}

/** Those who may not come in are refused before anything is written, be it that they have tried. */
export async function permitEntry(
  deps: Deps,
  caller: Caller,
  request: JoinRequest,
  turn: Turn,
): Promise<Entry | 'again' | Refusal> {
  const [room, row] = await Promise.all([
    deps.store.getRoom(request.room),
    deps.store.getMember(request.room, caller.userId),
  ]);
  const refusal = isLive(room)
    ? await refuseEntry(deps, currentMember(row, room.roomId, caller.userId, room.epoch), room, request.resume)
    : refuseNewRoom(request);
  if (refusal !== undefined) return refusal;
  const place = await findRoomSlot(deps, turn.connection, request.room);
  if (place === 'none')
    return refuse(Code.REQUEST_TOO_FAST, 'unable to join the room; the connection is in as many as it may be');
  const taken = await turn.take(isLive(room) ? undefined : 'newRoom');
  if (taken !== 'taken') return taken;
  if (place !== 'free') await forgetRoom(deps, caller, place.instead);
  return { room: isLive(room) ? room : await createRoom(deps, request.room, request.room), row };
}

function refuseNewRoom({ resume, autoCreate }: JoinRequest): Refusal | undefined {
  if (resume !== undefined)
    return refuse(Code.NO_SUCH_ROOM, 'unable to resume; the room is gone', { reason: 'destroyed' });
  return autoCreate ? undefined : refuse(Code.NO_SUCH_ROOM, 'unable to join the room; it does not exist');
}

/** What the row forbids. `member`: as of this room. */
export async function refuseEntry(
  deps: Deps,
  member: Member,
  room: Room,
  resume: Resume | undefined,
): Promise<Refusal | undefined> {
  if (resume !== undefined && resume.roomEpoch !== room.epoch)
    return refuse(Code.NOT_A_MEMBER, 'unable to resume; the room was destroyed and made anew', { reason: 'destroyed' });
  if (isBlocked(member, deps.now()))
    return refuse(Code.BLOCKED, 'unable to join the room; blocked for now', { reason: 'blocked' });
  if (resume === undefined) return undefined;
  if (member.membershipId !== undefined && isEvicted(member, room, deps.settings)) {
    // I-M13: a member who is found due was out before they came back, and is told so.
    await evictMembers(deps, [member]);
    return over('offline');
  }
  return member.membershipId === resume.membership ? undefined : over(endOf(member, resume));
}

const over = (reason: EndReason) =>
  refuse(Code.NOT_A_MEMBER, 'unable to resume; the membership ended while you were offline', { reason });

/** A reason that nobody keeps is `offline`: the others stay on the row (see `told`). */
const endOf = ({ ended }: Member, resume: Resume): EndReason =>
  ended?.membershipId === resume.membership ? ended.reason : 'offline';
