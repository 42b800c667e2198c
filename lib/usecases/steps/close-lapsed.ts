import { silentSince } from '../../domain/lease.ts';
import type { Connection } from '../../store/room-store.ts';
import type { Deps } from '../deps.ts';

/** Closes a connection whose lease has expired; undefined = it was renewed concurrently, or is closed already. */
export async function closeLapsed(deps: Deps, { leaseUntilMs, ...key }: Connection): Promise<Connection | undefined> {
  const closed = await deps.store.closeLapsed(key, deps.now(), leaseUntilMs, silentSince(leaseUntilMs));
  if (closed !== undefined) await deps.push.close(key.connectionId);
  return closed;
}
