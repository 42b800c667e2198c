import { isWorthRenewing, leaseFrom } from '../domain/lease.ts';
import type { Caller, Deps } from './deps.ts';

/** A heartbeat comes where nothing else has come for long: it is always worth a write, and needs no look. */
export async function heartbeat(deps: Deps, caller: Caller): Promise<void> {
  await deps.store.renewLease(caller, leaseFrom(deps.now()));
}

/** Any other frame is a sign of life; it is written down when some of the lease is spent. */
export async function keepAlive(deps: Deps, caller: Caller): Promise<void> {
  const connection = await deps.store.glanceConnection(caller);
  if (connection === undefined || connection.closedAtMs !== undefined) return;
  if (isWorthRenewing(connection.leaseUntilMs, deps.now())) await deps.store.renewLease(caller, leaseFrom(deps.now()));
}
