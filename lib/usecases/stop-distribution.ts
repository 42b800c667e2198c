import { isLive } from '../domain/room.ts';
import type { RoomId } from '../protocol/ids.ts';
import type { Deps } from './deps.ts';

/** From now on messages are accepted and kept, and not pushed. False = no such room. */
export const stopDistribution = (deps: Deps, room: RoomId): Promise<boolean> => setStopped(deps, room, true);

/** Messages are pushed again; members ask for those that they missed. False = no such room. */
export const resumeDistribution = (deps: Deps, room: RoomId): Promise<boolean> => setStopped(deps, room, false);

async function setStopped(deps: Deps, roomId: RoomId, stopped: boolean): Promise<boolean> {
  const room = await deps.store.getRoom(roomId);
  return isLive(room) && (await deps.store.setDistributionStopped(roomId, room.epoch, stopped)) !== undefined;
}
