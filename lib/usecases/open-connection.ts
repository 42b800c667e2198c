import type { Caller, Deps } from './deps.ts';

/** The connection's row, written while the socket is not open yet. False = it was closed before this was written. */
export function openConnection(deps: Deps, caller: Caller, tokenExpiresAtMs: number): Promise<boolean> {
  return deps.store.openConnection({
    connectionId: caller.connectionId,
    userId: caller.userId,
    openedAtMs: deps.now(),
    rooms: [],
    tokenExpiresAtMs,
  });
}
