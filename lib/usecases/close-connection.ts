import type { ConnectionKey } from '../store/room-store.ts';
import type { Deps } from './deps.ts';
import { disconnectFromRooms, SETTLED_MS } from './steps/disconnect-from-rooms.ts';

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
