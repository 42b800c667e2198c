import { inParallel } from '../domain/in-parallel.ts';
import { isLive } from '../domain/room.ts';
import type { RoomId } from '../protocol/ids.ts';
import type { Deps } from './deps.ts';
import { armOffline } from './steps/arm-offline.ts';
import { invalidateConcurrentSweeps } from './steps/invalidate-sweeps.ts';
import { memberPages } from './steps/member-pages.ts';

const ROWS_IN_FLIGHT = 32;

/** Switches the real-time service for one room; undefined = as the deployment has it. False = no such room. */
export async function setRealTimeKickOut(deps: Deps, roomId: RoomId, on: boolean | undefined): Promise<boolean> {
  const before = await deps.store.getRoom(roomId);
  if (!isLive(before)) return false;
  const room = await deps.store.setRealTimeKickOut(roomId, before.epoch, on);
  if (room === undefined) return false;
  const isOn = on ?? deps.settings.realTimeKickOut;
  for await (const members of memberPages(deps, room)) {
    if (!isOn) await inParallel(members, ROWS_IN_FLIGHT, (member) => invalidateConcurrentSweeps(deps, member));
    // Also where it is off: the kick of a message may have been refused by the write above, and is finished by a look.
    await armOffline(deps, members);
  }
  return true;
}
