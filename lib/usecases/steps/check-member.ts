import { isMember } from '../../domain/eviction.ts';
import type { Member } from '../../domain/member.ts';
import { isRefused, type Outcome, refused } from '../../domain/outcome.ts';
import { isLive, type Room } from '../../domain/room.ts';
import type { RoomId } from '../../protocol/ids.ts';
import type { Caller, Deps } from '../deps.ts';
import { membersAmong } from './members-among.ts';
import { inTurn, type Turn, type TurnRequest } from './take-turn.ts';

/** A room and the caller's row in it. */
export interface InRoom {
  readonly room: Room;
  readonly member: Member;
}

/** The room and the caller's row in it. */
async function checkMember(deps: Deps, caller: Caller, roomId: RoomId): Promise<Outcome<InRoom>> {
  const [room, member] = await Promise.all([deps.store.getRoom(roomId), deps.store.getMember(roomId, caller.userId)]);
  if (!isLive(room)) return refused('no-such-room');
  if (isMember(member, room, deps.settings)) return { room, member };
  const [again] = member === undefined ? [] : await membersAmong(deps, roomId, [member]);
  return again === undefined ? refused('not-a-member') : { room, member: again };
}

/** Serves a member's frame: it counts only if the user is a member, and then `serve` takes the turn. */
export const memberInTurn = <T extends object>(
  deps: Deps,
  caller: Caller,
  roomId: RoomId,
  request: TurnRequest,
  serve: (found: InRoom, turn: Turn) => Promise<Outcome<T | 'again'>>,
): Promise<Outcome<T>> =>
  inTurn(deps, caller, request, async (turn) => {
    const found = await checkMember(deps, caller, roomId);
    return isRefused(found) ? found : serve(found, turn);
  });

/** The same for a frame that nothing else can refuse: takes the turn, and returns the room and the row. */
export const admitMember = (deps: Deps, caller: Caller, roomId: RoomId, request: TurnRequest) =>
  memberInTurn(deps, caller, roomId, request, async (found, turn): Promise<Outcome<InRoom | 'again'>> => {
    const taken = await turn.take();
    return taken === 'taken' ? found : taken;
  });
