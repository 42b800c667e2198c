import { silentSince } from '../domain/lease.ts';
import type { Connection, ConnectionKey } from '../store/room-store.ts';
import type { Deps } from './deps.ts';
import { dropConnection } from './drop-connection.ts';

/**
 * A connection is gone. Its row is closed first and keeps its rooms, so whoever runs this again (a doubled event, the
 * sweep after a crash) finishes the work: its entry in the due list is still there.
 */
export async function closeConnection(deps: Deps, key: ConnectionKey): Promise<void> {
  await dropFromRooms(deps, await deps.store.closeConnection(key, deps.now()));
}

/** Nobody has heard of it for its lease. False = somebody has, in the last moment, or it is closed already. */
export async function closeLapsed(deps: Deps, { leaseUntilMs, ...key }: Connection): Promise<Connection | undefined> {
  const closed = await deps.store.closeLapsed(key, deps.now(), leaseUntilMs, silentSince(leaseUntilMs));
  if (closed === undefined) return undefined;
  await deps.push.close(key.connectionId);
  await dropFromRooms(deps, closed);
  return closed;
}

/** Marks him offline where this was his last connection. */
export async function dropFromRooms(deps: Deps, connection: Connection): Promise<void> {
  for (const room of connection.rooms)
    await dropConnection(deps, room, connection, connection.silentSinceMs ?? connection.closedAtMs);
}
