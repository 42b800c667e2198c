import { isEvicted } from '../../domain/eviction.ts';
import { currentMember, isBlocked, type Member } from '../../domain/member.ts';
import { type Outcome, type Refused, refused } from '../../domain/outcome.ts';
import { isLive, type Room } from '../../domain/room.ts';
import type { RequestOf, Resume } from '../../protocol/client-frames.ts';
import type { EndReason } from '../../protocol/end-reason.ts';
import type { Caller, Deps } from '../deps.ts';
import { createRoom } from './create-room.ts';
import { endMembership } from './end-membership.ts';
import { findRoomSlot } from './room-slot.ts';
import { forgetRoom } from './rooms-of-connection.ts';
import type { Turn } from './take-turn.ts';

export type JoinRequest = RequestOf<'join'>;

/** The room, and the user's row in it, as read before the turn. */
export interface PermittedJoin {
  readonly room: Room;
  readonly row: Member | undefined;
}

/** Checks a join before its first write. A refusal takes no turn, and at most ends a membership that was evicted. */
export async function permitJoin(
  deps: Deps,
  caller: Caller,
  request: JoinRequest,
  turn: Turn,
): Promise<Outcome<PermittedJoin | 'again'>> {
  const [room, row] = await Promise.all([
    deps.store.getRoom(request.room),
    deps.store.getMember(request.room, caller.userId),
  ]);
  const refusal = isLive(room)
    ? await refuseJoin(deps, currentMember(row, room.roomId, caller.userId, room.epoch), room, request.resume)
    : refuseNewRoom(request);
  if (refusal !== undefined) return refusal;
  const slot = await findRoomSlot(deps, turn.connection, request.room);
  if (slot === 'none') return refused('too-many-rooms');
  const taken = await turn.take(isLive(room) ? undefined : { action: 'newRoom' });
  if (taken !== 'taken') return taken;
  if (slot !== 'free') await forgetRoom(deps, caller, slot.instead);
  return { room: isLive(room) ? room : await createRoom(deps, request.room, request.room), row };
}

function refuseNewRoom({ resume, autoCreate }: JoinRequest): Refused | undefined {
  if (resume !== undefined) return refused('no-such-room', { endReason: 'destroyed' });
  return autoCreate ? undefined : refused('no-such-room');
}

/** Why the row refuses the join. `member`: the row as of this room. 'again' = it has changed since it was read. */
export async function refuseJoin(
  deps: Deps,
  member: Member,
  room: Room,
  resume: Resume | undefined,
): Promise<Outcome<'again' | undefined>> {
  if (resume !== undefined && resume.roomEpoch !== room.epoch) return over('destroyed');
  if (isBlocked(member, deps.now())) return refused('blocked', { endReason: 'blocked' });
  if (resume === undefined) return undefined;
  const isSame = member.membershipId === resume.membership;
  if (member.membershipId !== undefined && isEvicted(member, room, deps.settings)) {
    // I-M13: the member was evicted before the resume.
    if (!(await endMembership(deps, member, 'offline'))) return 'again';
    if (isSame) return over('offline');
  } else if (isSame) return undefined;
  // I-M10: the membership on the row is a later one, and its end says nothing of the one that is asked for.
  return over(await endOf(deps, room, member, resume));
}

const over = (endReason: EndReason) =>
  refused('membership-ended', { endReason, why: 'the membership ended while you were offline' });

/** A reason that was not noted is `offline`, unless the room was destroyed after it was read, and its rows with it. */
async function endOf(deps: Deps, room: Room, { ended }: Member, { membership }: Resume): Promise<EndReason> {
  const noted = ended?.membershipId === membership ? ended.reason : await deps.store.getEnd(membership);
  if (noted !== undefined) return noted;
  const now = await deps.store.getRoom(room.roomId);
  return isLive(now) && now.epoch === room.epoch ? 'offline' : 'destroyed';
}
