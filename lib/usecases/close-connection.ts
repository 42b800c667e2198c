import type { ConnectionKey } from '../store/room-store.ts';
import type { Deps } from './deps.ts';
import { dropConnection } from './drop-connection.ts';

/**
 * A connection is gone. Its row is closed first and keeps its rooms until each has been told, so whoever runs this again
 * (a doubled event, the sweep after a crash) finishes the work.
 */
export async function closeConnection(deps: Deps, key: ConnectionKey): Promise<void> {
  const connection = await deps.store.closeConnection(key, deps.now());
  for (const room of connection.rooms) await dropConnection(deps, room, key.userId, key.connectionId);
  await deps.store.settleConnection(connection);
}
