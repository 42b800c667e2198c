import { inParallel } from '../domain/in-parallel.ts';
import { type Outcome, refused } from '../domain/outcome.ts';
import { isLive } from '../domain/room.ts';
import type { RoomId } from '../protocol/ids.ts';
import type { Deps } from './deps.ts';
import { armOffline } from './steps/arm-offline.ts';
import { invalidateConcurrentSweeps } from './steps/invalidate-sweeps.ts';
import { memberPages } from './steps/member-pages.ts';

const ROWS_IN_FLIGHT = 32;

/** Switches the real-time service for one room; undefined = the deployment's setting applies. */
export async function setRealTimeKickOut(deps: Deps, roomId: RoomId, on: boolean | undefined): Promise<Outcome<'set'>> {
  const before = await deps.store.getRoom(roomId);
  if (!isLive(before)) return refused('no-such-room');
  const room = await deps.store.setRealTimeKickOut(roomId, before.epoch, on);
  if (room === undefined) return refused('no-such-room');
  const isOn = on ?? deps.settings.realTimeKickOut;
  for await (const members of memberPages(deps, room)) {
    if (!isOn) await inParallel(members, ROWS_IN_FLIGHT, (member) => invalidateConcurrentSweeps(deps, member));
    // Even when it is off: the write above may refuse the end of a membership that a message evicts; a sweep then
    // writes it.
    await armOffline(deps, members);
  }
  return 'set';
}
