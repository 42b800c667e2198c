import type { ConnectionKey } from '../store/room-store.ts';
import { closeConnection } from './close-connection.ts';
import type { Deps } from './deps.ts';
import { eachOf } from './fan-out.ts';

const CUTS_IN_FLIGHT = 8;

/** Tells each connection why and ends it: it hears nothing more, and is in no room any more. */
export async function cutConnections(
  deps: Deps,
  connections: readonly ConnectionKey[],
  cause: { readonly code: number; readonly message: string },
): Promise<void> {
  await eachOf(connections, CUTS_IN_FLIGHT, async (connection) => {
    await deps.push.post(connection.connectionId, { event: 'closing', ...cause });
    await deps.push.close(connection.connectionId);
    try {
      await closeConnection(deps, connection);
    } catch (fault) {
      // The socket is closed: its `$disconnect`, or the sweep, does what is left.
      deps.onFault('close a connection that was cut', fault);
    }
  });
}
