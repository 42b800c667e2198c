import { Code } from '../protocol/codes.ts';
import type { UserId } from '../protocol/ids.ts';
import type { Deps } from './deps.ts';
import { forceCloseConnections } from './steps/force-close-connections.ts';

/** Revokes the user's tokens issued before this time (ms), and force-closes the connections that they opened. */
export async function expireTokens(deps: Deps, user: UserId, beforeMs: number): Promise<void> {
  await deps.store.expireTokens(user, beforeMs);
  const connections = await deps.store.connectionsOf(user);
  await forceCloseConnections(
    deps,
    user,
    connections.filter((connection) => connection.tokenIssuedAtMs < beforeMs),
    { code: Code.TOKEN_EXPIRED, message: 'unable to stay connected; the token has expired' },
  );
}
