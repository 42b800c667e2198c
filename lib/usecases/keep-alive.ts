import { isWorthRenewing, leaseFrom } from '../domain/lease.ts';
import type { Connection } from '../store/room-store.ts';
import type { Caller, Deps } from './deps.ts';

/** A heartbeat comes where nothing else has come for long: it is worth a write without a look, which a flood is not. */
export async function heartbeat(deps: Deps, caller: Caller): Promise<void> {
  // It was closed, and nobody has told its client: the socket could not be closed, or whoever did it died before that.
  if (!(await deps.store.renewLease(caller, leaseFrom(deps.now())))) await deps.push.close(caller.connectionId);
}

/** Any other frame is a sign of life; it is written down when some of the lease is spent. `connection`: as just glanced at. */
export async function keepAlive(deps: Deps, caller: Caller, connection: Connection | undefined): Promise<void> {
  // The glance may miss what was opened just now.
  if (connection === undefined) return;
  if (connection.closedAtMs !== undefined) await deps.push.close(caller.connectionId);
  else if (isWorthRenewing(connection.leaseUntilMs, deps.now())) await heartbeat(deps, caller);
}
