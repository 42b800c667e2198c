import { isLive } from '../domain/room.ts';
import { Code } from '../protocol/codes.ts';
import type { RoomId } from '../protocol/ids.ts';
import { type Caller, type Deps, type Refusal, refuse } from './deps.ts';
import { leave } from './steps/leave-by-device.ts';
import { noteActivity } from './steps/note-activity.ts';
import { notifyOwnDevices } from './steps/notify-own-devices.ts';
import { forgetRoom } from './steps/rooms-of-connection.ts';
import { inTurn } from './steps/take-turn.ts';

/** LEAVE: out at once; with another device of his in the room only this one goes, unless a setting says otherwise. */
export const leaveRoom = (deps: Deps, caller: Caller, roomId: RoomId): Promise<Left | Refusal> =>
  inTurn(deps, caller, { action: 'leave' }, async (turn): Promise<Left | 'again' | Refusal> => {
    const room = await deps.store.getRoom(roomId);
    if (!isLive(room)) return refuse(Code.NO_SUCH_ROOM, 'unable to leave the room; it does not exist');
    const left = await leave(deps, turn.connection, room, async () => {
      const taken = await turn.take();
      if (taken === 'taken') await noteActivity(deps, room);
      return taken;
    });
    if (left === 'again' || 'code' in left) return left;
    await forgetRoom(deps, caller, roomId);
    if (deps.settings.multiLoginSync) await notifyOwnDevices(deps, turn.connection, roomId, 'left');
    return { code: Code.OK };
  });
type Left = { readonly code: 0 };
