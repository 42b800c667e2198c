import { isRefused, type Outcome, refused } from '../domain/outcome.ts';
import { isLive } from '../domain/room.ts';
import { Code } from '../protocol/codes.ts';
import type { RoomId } from '../protocol/ids.ts';
import type { Caller, Deps } from './deps.ts';
import { leave } from './steps/leave-by-device.ts';
import { noteActivity } from './steps/note-activity.ts';
import { notifyOwnDevices } from './steps/notify-own-devices.ts';
import { forgetRoom } from './steps/rooms-of-connection.ts';
import { inTurn } from './steps/take-turn.ts';

type Left = { readonly code: 0 };

/** LEAVE: at once. If another device of the user is in the room, only this one leaves, unless a setting says otherwise. */
export const leaveRoom = (deps: Deps, caller: Caller, roomId: RoomId): Promise<Outcome<Left>> =>
  inTurn(deps, caller, { action: 'leave' }, async (turn): Promise<Outcome<Left | 'again'>> => {
    const room = await deps.store.getRoom(roomId);
    if (!isLive(room)) return refused('no-such-room');
    const permit = async () => {
      const taken = await turn.take();
      if (taken === 'taken') await noteActivity(deps, room);
      return taken;
    };
    const left = await leave(deps, turn.connection, room, permit, 'answer');
    if (left === 'again' || isRefused(left)) return left;
    await forgetRoom(deps, caller, roomId);
    if (deps.settings.multiLoginSync) await notifyOwnDevices(deps, turn.connection, roomId, 'left');
    return { code: Code.OK };
  });
