import { inParallel } from '../../domain/in-parallel.ts';
import type { Connection } from '../../store/room-store.ts';
import type { Deps } from '../deps.ts';
import { disconnectMember } from './disconnect-member.ts';

const ROOMS_IN_FLIGHT = 8;
/** No Lambda runs this long: what was in progress when the connection was closed is done by then, or never will be. */
export const SETTLED_MS = 60_000;
/** Marks the member offline where this was the last connection. A room that fails holds up no other. */
export async function disconnectFromRooms(deps: Deps, connection: Connection, stopMs: number): Promise<void> {
  const faults: unknown[] = [];
  await inParallel(connection.rooms, ROOMS_IN_FLIGHT, async (room) => {
    if (deps.now() >= stopMs) return;
    try {
      await disconnectMember(deps, room, connection, goneSinceMs(connection));
    } catch (fault) {
      faults.push(fault);
    }
  });
  if (faults.length > 0) throw faults[0];
}
/** Since when the user may have been silent. */
export const goneSinceMs = ({ silentSinceMs, closedAtMs }: Connection): number | undefined =>
  silentSinceMs ?? closedAtMs;
