import type { ConnectionKey } from '../store/room-store.ts';
import type { Deps } from './deps.ts';
import { armPresenceAfterEnd } from './steps/arm-presence.ts';
import { disconnectFromRooms, SETTLED_MS } from './steps/disconnect-from-rooms.ts';

/**
 * Handles the end of a connection. Its row is closed first and keeps its rooms, and its timer stays in the due list, so a
 * second run (by a doubled event, or by the sweep after a crash) finishes the work. Begins no room after `stopMs`.
 */
export async function closeConnection(deps: Deps, key: ConnectionKey, stopMs: number): Promise<void> {
  const atMs = deps.now();
  const closed = await deps.store.closeConnection(key, atMs);
  // A close that overtakes the open finds no timer yet, and the tombstone that it leaves needs one.
  if (closed.openedAtMs === 0) {
    const { userId, connectionId } = key;
    await deps.store.arm(deps.now() + SETTLED_MS, [{ kind: 'connection', userId, connectionId }]);
  }
  // Who closed it before has armed the check.
  else if (closed.closedAtMs === atMs) await armPresenceAfterEnd(deps, key.userId, atMs);
  await disconnectFromRooms(deps, closed, stopMs);
}
