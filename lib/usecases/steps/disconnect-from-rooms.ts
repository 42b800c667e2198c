import { eachInParallel } from '../../domain/in-parallel.ts';
import type { Connection } from '../../store/room-store.ts';
import type { Deps } from '../deps.ts';
import { disconnectMember } from './disconnect-member.ts';

const ROOMS_IN_FLIGHT = 8;
/** No Lambda runs this long: what was in progress when the connection was closed is done by then, or never will be. */
export const SETTLED_MS = 60_000;
/** Where a caller waits for the rooms, it waits no longer than this; the sweep does those that are left. */
export const ROOMS_MS = 4_000;

/** Marks the member offline where this was the last connection. A room that fails holds up no other. */
export async function disconnectFromRooms(deps: Deps, connection: Connection, stopMs: number): Promise<void> {
  await eachInParallel(connection.rooms, ROOMS_IN_FLIGHT, async (room) => {
    if (deps.now() < stopMs) await disconnectMember(deps, room, connection, goneSinceMs(connection));
  });
}
/** Since when the user may have been silent. */
export const goneSinceMs = ({ silentSinceMs, closedAtMs }: Connection): number | undefined =>
  silentSinceMs ?? closedAtMs;
