import { type Access, isLockedOut } from '../domain/access.ts';
import { leaseFrom } from '../domain/lease.ts';
import { decideLogin } from '../domain/logins.ts';
import { type Outcome, type Refused, refused } from '../domain/outcome.ts';
import type { Platform } from '../protocol/handshake.ts';
import type { Connection } from '../store/room-store.ts';
import type { Caller, Deps } from './deps.ts';
import { endFormer } from './steps/force-close-former.ts';
import { takeFirstTurn } from './steps/take-turn.ts';

/** What the client says of itself. */
export interface Client {
  readonly platform: Platform;
  /** Its login: the same for all connections of it. What stands before the last `_` names the run of the client. */
  readonly loginId: string;
}

/** The life of a token, ms since 1970. */
export interface TokenLife {
  readonly issuedAtMs: number;
  readonly expiresAtMs: number;
}

/**
 * The connection's row, written while the socket is not open yet. The user's access is read after it: a block
 * that comes later finds the row and closes it. A connection that the checks before it refuse causes no write.
 */
export async function openConnection(
  deps: Deps,
  caller: Caller,
  client: Client,
  token: TokenLife,
): Promise<Outcome<'open'>> {
  const own = connectionOf(deps, caller, client, token);
  const early = await refuseEarly(deps, own);
  if (early !== undefined) return early;
  const opened = await deps.store.openConnection(own);
  // It was closed before this was written.
  if (!opened) return refused('connection-closed');
  const refusal =
    refusalFor(await deps.store.getAccess(caller.userId), own, deps.now()) ?? (await endFormer(deps, own));
  if (refusal === undefined) return 'open';
  await deps.store.closeConnection(caller, deps.now());
  return refusal;
}

function connectionOf(
  deps: Deps,
  { userId, connectionId }: Caller,
  { platform, loginId }: Client,
  token: TokenLife,
): Connection {
  const nowMs = deps.now();
  return {
    ...{ userId, connectionId, loginId },
    // A run that logs in again is the same device: else the former one would stay behind in its rooms.
    device: deps.settings.oneDevicePerPlatform ? platform : `${platform}.${runOf(loginId)}`,
    openedAtMs: nowMs,
    leaseUntilMs: leaseFrom(nowMs),
    rooms: [],
    tokenIssuedAtMs: token.issuedAtMs,
    tokenExpiresAtMs: token.expiresAtMs,
  };
}

const runOf = (loginId: string): string => loginId.replace(/(?<!^)_[^_]*$/, '');

/** By eventually consistent reads: all that they forbid stays forbidden, but a block or a deactivation, which may be over. */
async function refuseEarly(deps: Deps, own: Connection): Promise<Refused | undefined> {
  const { userId, device, loginId, openedAtMs } = own;
  const [eventual, order] = await Promise.all([
    deps.store.getAccess(userId, 'eventual'),
    deps.settings.oneDevicePerPlatform ? deps.store.getLogins(userId, device, 'eventual') : undefined,
  ]);
  const access = isLockedOut(eventual, openedAtMs) ? await deps.store.getAccess(userId) : eventual;
  const refusal = refusalFor(access, own, openedAtMs);
  if (refusal !== undefined) return refusal;
  if (order !== undefined && decideLogin(order.logins, loginId, openedAtMs).kind === 'followed')
    return refused('logged-in-elsewhere');
  return takeFirstTurn(deps, userId, access, 'connect');
}

function refusalFor(access: Access, { tokenIssuedAtMs }: Connection, nowMs: number): Refused | undefined {
  if (access.deactivatedAtMs > 0) return refused('account-cancelled');
  if (nowMs < access.blockedUntilMs) return refused('user-blocked');
  return tokenIssuedAtMs < access.tokensValidFromMs ? refused('token-expired') : undefined;
}
