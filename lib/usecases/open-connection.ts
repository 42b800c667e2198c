import { type Access, isLockedOut } from '../domain/access.ts';
import { leaseFrom } from '../domain/lease.ts';
import { decideLogin } from '../domain/logins.ts';
import { Code } from '../protocol/codes.ts';
import type { Platform } from '../protocol/handshake.ts';
import type { Connection } from '../store/room-store.ts';
import type { Caller, Deps } from './deps.ts';
import { endFormer } from './steps/force-close-former.ts';
import { takeFirstTurn } from './steps/take-turn.ts';

/** What the client tells of itself. */
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
 * The connection's row, written while the socket is not open yet. What is laid down for the user is read after it: a block
 * that comes later finds the row and closes it. Returns 0, or why the connection is refused; where a look before all of
 * it shows that, there is no write.
 */
export async function openConnection(deps: Deps, caller: Caller, client: Client, token: TokenLife): Promise<number> {
  const own = connectionOf(deps, caller, client, token);
  const early = await refuseEarly(deps, own);
  if (early !== Code.OK) return early;
  const opened = await deps.store.openConnection(own);
  // It was closed before this was written.
  if (!opened) return Code.DISCONNECTED;
  const refusal =
    refusalFor(await deps.store.getAccess(caller.userId), own, deps.now()) || (await endFormer(deps, own));
  if (refusal !== Code.OK) await deps.store.closeConnection(caller, deps.now());
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
    // A run that logs in once more is the same device: else the former one would be left behind in its rooms.
    device: deps.settings.oneDevicePerPlatform ? platform : `${platform}.${runOf(loginId)}`,
    openedAtMs: nowMs,
    leaseUntilMs: leaseFrom(nowMs),
    rooms: [],
    tokenIssuedAtMs: token.issuedAtMs,
    tokenExpiresAtMs: token.expiresAtMs,
  };
}

const runOf = (loginId: string): string => loginId.replace(/(?<!^)_[^_]*$/, '');

/** Both rows may be a moment old: all that they forbid stays so, but for a block or a deactivation, which may be over. */
async function refuseEarly(deps: Deps, own: Connection): Promise<number> {
  const { userId, device, loginId, openedAtMs } = own;
  const [glance, order] = await Promise.all([
    deps.store.getAccess(userId, 'eventual'),
    deps.settings.oneDevicePerPlatform ? deps.store.getLogins(userId, device, 'eventual') : undefined,
  ]);
  const access = isLockedOut(glance, openedAtMs) ? await deps.store.getAccess(userId) : glance;
  const refusal = refusalFor(access, own, openedAtMs);
  if (refusal !== Code.OK) return refusal;
  if (order !== undefined && decideLogin(order.logins, loginId, openedAtMs).kind === 'followed')
    return Code.KICKED_BY_OTHER_DEVICE;
  return (await takeFirstTurn(deps, userId, access, 'connect'))?.code ?? Code.OK;
}

function refusalFor(access: Access, { tokenIssuedAtMs }: Connection, nowMs: number): number {
  if (access.deactivatedAtMs > 0) return Code.ACCOUNT_CANCELLED;
  if (nowMs < access.blockedUntilMs) return Code.USER_BLOCKED;
  return tokenIssuedAtMs < access.tokensValidFromMs ? Code.TOKEN_EXPIRED : Code.OK;
}
