import { type Outcome, refused } from '../domain/outcome.ts';
import { isLive } from '../domain/room.ts';
import type { RoomId } from '../protocol/ids.ts';
import type { Deps } from './deps.ts';

/** From now on messages are accepted and kept, but not pushed. */
export const stopDistribution = (deps: Deps, room: RoomId): Promise<Outcome<'set'>> => setStopped(deps, room, true);

/** From now on messages are pushed again; members ask for those that they missed. */
export const resumeDistribution = (deps: Deps, room: RoomId): Promise<Outcome<'set'>> => setStopped(deps, room, false);

async function setStopped(deps: Deps, roomId: RoomId, stopped: boolean): Promise<Outcome<'set'>> {
  const room = await deps.store.getRoom(roomId);
  const after = isLive(room) ? await deps.store.setDistributionStopped(roomId, room.epoch, stopped) : undefined;
  return after === undefined ? refused('no-such-room') : 'set';
}
