import { inParallel } from '../domain/in-parallel.ts';
import type { Connection, ConnectionKey } from '../store/room-store.ts';
import type { Deps } from './deps.ts';
import { disconnectMember } from './drop-connection.ts';

const ROOMS_IN_FLIGHT = 8;
/** No Lambda lives so long: what was under way by the connection when it was closed is done by then, or never will be. */
export const SETTLED_MS = 60_000;

/**
 * A connection is gone. Its row is closed first and keeps its rooms, so whoever runs this again (a doubled event, the
 * sweep after a crash) finishes the work: its entry in the due list is still there. Begins no room after `stopMs`.
 */
export async function closeConnection(deps: Deps, key: ConnectionKey, stopMs: number): Promise<void> {
  const closed = await deps.store.closeConnection(key, deps.now());
  // A close that has overtaken the open has no entry yet, and the row that it leaves is to go too.
  if (closed.openedAtMs === 0) {
    const { userId, connectionId } = key;
    await deps.store.arm(deps.now() + SETTLED_MS, [{ kind: 'connection', userId, connectionId }]);
  }
  await disconnectFromRooms(deps, closed, stopMs);
}

/** Marks the member offline where this was the last connection. A room that fails keeps no other from being told. */
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

/** Since when its user may have been silent. */
export const goneSinceMs = ({ silentSinceMs, closedAtMs }: Connection): number | undefined =>
  silentSinceMs ?? closedAtMs;
