import type { Access } from '../domain/access.ts';
import { Code } from '../protocol/codes.ts';
import { closeConnection } from './close-connection.ts';
import type { Caller, Deps } from './deps.ts';

/** The life of a token, ms since 1970. */
export interface TokenLife {
  readonly issuedAtMs: number;
  readonly expiresAtMs: number;
}

/**
 * The connection's row, written while the socket is not open yet. What is laid down for the user is read after it: a block
 * that comes later finds the row and closes it. Returns 0, or why the connection is refused.
 */
export async function openConnection(deps: Deps, caller: Caller, token: TokenLife): Promise<number> {
  const opened = await deps.store.openConnection({
    ...caller,
    openedAtMs: deps.now(),
    rooms: [],
    tokenIssuedAtMs: token.issuedAtMs,
    tokenExpiresAtMs: token.expiresAtMs,
  });
  // It was closed before this was written.
  if (!opened) return Code.DISCONNECTED;
  const access = await deps.store.getAccess(caller.userId);
  const refusal = refusalFor(access, token, deps.now());
  if (refusal !== Code.OK) await closeConnection(deps, caller);
  return refusal;
}

function refusalFor(access: Access, token: TokenLife, nowMs: number): number {
  if (nowMs < access.blockedUntilMs) return Code.USER_BLOCKED;
  return token.issuedAtMs < access.tokensFromMs ? Code.TOKEN_EXPIRED : Code.OK;
}
