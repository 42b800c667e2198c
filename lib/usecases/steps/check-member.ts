import { isMember } from '../../domain/eviction.ts';
import type { Member } from '../../domain/member.ts';
import { isLive, type Room } from '../../domain/room.ts';
import { Code } from '../../protocol/codes.ts';
import type { RoomId } from '../../protocol/ids.ts';
import { type Caller, type Deps, type Refusal, refuse } from '../deps.ts';
import { inTurn, operationOf, type Turn, type TurnRequest } from './take-turn.ts';

/** A room and the caller's row in it. */
export interface InRoom {
  readonly room: Room;
  readonly member: Member;
}

/** The room and the caller's row in it, or a refusal, which says that they are unable to do the `deed`. */
export async function checkMember(deps: Deps, caller: Caller, roomId: RoomId, deed: string): Promise<InRoom | Refusal> {
  const [room, member] = await Promise.all([deps.store.getRoom(roomId), deps.store.getMember(roomId, caller.userId)]);
  if (!isLive(room)) return refuse(Code.NO_SUCH_ROOM, `unable to ${deed}; the room does not exist`);
  if (isMember(member, room, deps.settings)) return { room, member };
  return refuse(Code.NOT_A_MEMBER, `unable to ${deed}; not a member of the room`);
}

/** Serves a member's frame: it counts only if the member is in the room, and then `serve` takes the turn. */
export function memberInTurn<T extends object>(
  deps: Deps,
  caller: Caller,
  roomId: RoomId,
  request: TurnRequest,
  serve: (found: InRoom, turn: Turn) => Promise<T | 'again' | Refusal>,
): Promise<T | Refusal> {
  return inTurn(deps, caller, request, async (turn) => {
    const found = await checkMember(deps, caller, roomId, operationOf(request));
    return 'member' in found ? serve(found, turn) : found;
  });
}

/** The same where nothing else can be refused: the room and the row, with the turn taken. */
export const admitMember = (deps: Deps, caller: Caller, roomId: RoomId, request: TurnRequest) =>
  memberInTurn(deps, caller, roomId, request, async (found, turn): Promise<InRoom | 'again' | Refusal> => {
    const taken = await turn.take();
    return taken === 'taken' ? found : taken;
  });
