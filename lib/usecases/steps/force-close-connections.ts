import { inParallel } from '../../domain/in-parallel.ts';
import type { UserId } from '../../protocol/ids.ts';
import type { Connection, ConnectionKey } from '../../store/room-store.ts';
import type { Deps } from '../deps.ts';
import { armPresenceAfterEnd } from './arm-presence.ts';
import { disconnectFromRooms, ROOMS_MS } from './disconnect-from-rooms.ts';

const CLOSES_IN_FLIGHT = 8;

/**
 * Ends connections of a user. Their rows are closed first, and the user's access says which they were: from then on no
 * frame of theirs is served, whatever becomes of the sockets. Then each client is notified why. If a row cannot be
 * closed, this throws after it has ended all others: the caller has to repeat it.
 */
export async function forceCloseConnections(
  deps: Deps,
  userId: UserId,
  connections: readonly ConnectionKey[],
  cause: { readonly code: number; readonly message: string },
): Promise<void> {
  const { closed, faults } = await forceClose(deps, userId, connections, cause);
  await leaveRooms(deps, closed);
  if (faults.length > 0) throw faults[0];
}

/** The same without the rooms; returns the faults of those that could not be closed. */
export async function forceClose(
  deps: Deps,
  userId: UserId,
  connections: readonly ConnectionKey[],
  cause: { readonly code: number; readonly message: string },
): Promise<{ readonly closed: readonly Connection[]; readonly faults: readonly unknown[] }> {
  const closed: Connection[] = [];
  const faults: unknown[] = [];
  await inParallel(connections, CLOSES_IN_FLIGHT, async (connection) => {
    try {
      closed.push(await deps.store.closeConnection(connection, deps.now()));
    } catch (fault) {
      faults.push(fault);
    }
  });
  const ids = closed.map(({ connectionId }) => connectionId);
  if (ids.length > 0) {
    await deps.store.noteForceClosed(userId, ids, deps.now());
    await armPresenceAfterEnd(deps, userId, deps.now());
  }
  // Also those whose rows could not be closed: the end of the socket may close them.
  await inParallel(connections, CLOSES_IN_FLIGHT, async ({ connectionId }) => {
    await deps.push.post(connectionId, { event: 'closing', ...cause });
    await deps.push.close(connectionId);
  });
  return { closed, faults };
}

/** Marks the user offline; the sweep does what fails or is not reached. */
export async function leaveRooms(deps: Deps, closed: readonly Connection[]): Promise<void> {
  const stopMs = deps.now() + ROOMS_MS;
  await inParallel(closed, CLOSES_IN_FLIGHT, async (connection) => {
    try {
      await disconnectFromRooms(deps, connection, stopMs);
    } catch (fault) {
      deps.onFault('remove a force-closed connection from its rooms', fault);
    }
  });
}
