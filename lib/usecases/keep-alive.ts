import { isWorthRenewing, leaseFrom } from '../domain/lease.ts';
import type { Connection } from '../store/room-store.ts';
import type { Caller, Deps } from './deps.ts';

/** A heartbeat comes after a long silence: it is worth a write without a read before it, unlike a flood of frames. */
export async function heartbeat(deps: Deps, caller: Caller): Promise<void> {
  // The row is closed and the socket is open: closing it failed, or the Lambda died before it closed it.
  if (!(await deps.store.renewLease(caller, leaseFrom(deps.now())))) await deps.push.close(caller.connectionId);
}

/** Any other frame is a sign of life too, written once part of the lease is over. `connection`: read eventually. */
export async function keepAlive(deps: Deps, caller: Caller, connection: Connection | undefined): Promise<void> {
  // The eventually consistent read may miss a connection that was opened just now.
  if (connection === undefined) return;
  if (connection.closedAtMs !== undefined) await deps.push.close(caller.connectionId);
  else if (isWorthRenewing(connection.leaseUntilMs, deps.now())) await heartbeat(deps, caller);
}
