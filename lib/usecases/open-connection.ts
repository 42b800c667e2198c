import { type Access, isLockedOut } from '../domain/access.ts';
import { leaseFrom } from '../domain/lease.ts';
import { decideLogin, runOf } from '../domain/logins.ts';
import { type Outcome, type Refused, refused } from '../domain/outcome.ts';
import type { Platform } from '../protocol/handshake.ts';
import type { Connection } from '../store/room-store.ts';
import type { Caller, Deps } from './deps.ts';
import { armPresence, armPresenceAfterEnd } from './steps/arm-presence.ts';
import { endFormer } from './steps/force-close-former.ts';
import { isHeldByOther, refusesSecondLogin } from './steps/take-device.ts';
import { takeFirstTurn } from './steps/take-turn.ts';

/** What the client says about itself. */
export interface Client {
  readonly platform: Platform;
  /** The same for all connections of one login. What comes before the last `_` names the run of the client. */
  readonly loginId: string;
}

/** The life of a token, ms since 1970. */
export interface TokenLife {
  readonly issuedAtMs: number;
  readonly expiresAtMs: number;
}

/**
 * Writes the connection's row before the socket is open, and reads the user's access after it: a later block finds the
 * row and closes it. A connection that the early checks refuse writes no row of its own, and costs a turn. Where a
 * sub-protocol says why it is refused, its socket opens all the same, and the end of that leaves a tombstone.
 */
export async function openConnection(
  deps: Deps,
  caller: Caller,
  client: Client,
  token: Pick<TokenLife, 'issuedAtMs'>,
): Promise<Outcome<'open'>> {
  const own = connectionOf(deps, caller, client, token);
  const early = await refuseEarly(deps, own);
  if (early !== undefined) return early;
  const opened = await deps.store.openConnection(own);
  // The close came before this write.
  if (!opened) return refused('connection-closed');
  const refusal =
    refusalFor(await deps.store.getAccess(caller.userId), own, deps.now()) ?? (await endFormer(deps, own));
  if (refusal !== undefined) {
    await deps.store.closeConnection(caller, deps.now());
    // A check may have found this row open, and the user online.
    await armPresenceAfterEnd(deps, caller.userId, deps.now());
    return refusal;
  }
  // After the row, which may be written late: a check before it would find nothing.
  await armPresence(deps, caller.userId, own.openedAtMs);
  return 'open';
}

function connectionOf(
  deps: Deps,
  { userId, connectionId }: Caller,
  { platform, loginId }: Client,
  token: Pick<TokenLife, 'issuedAtMs'>,
): Connection {
  const nowMs = deps.now();
  return {
    ...{ userId, connectionId, loginId },
    // A run that logs in again is the same device: otherwise the former one would stay in its rooms.
    device: deps.settings.oneDevicePerPlatform ? platform : `${platform}.${runOf(loginId)}`,
    openedAtMs: nowMs,
    leaseUntilMs: leaseFrom(nowMs),
    rooms: [],
    tokenIssuedAtMs: token.issuedAtMs,
  };
}

/**
 * By eventually consistent reads: what they forbid stays forbidden, except a block or a deactivation, which may be
 * over. The turn comes before these refusals, so that a client which is refused and connects again for ever is limited.
 * A token that is only revoked takes none: the row of a deleted user must expire, and a turn would keep it. A lock says
 * more than the revocation that a deactivation brings, so it comes first.
 */
async function refuseEarly(deps: Deps, own: Connection): Promise<Refused | undefined> {
  const { userId, openedAtMs } = own;
  const [eventual, isFollowed] = await Promise.all([
    deps.store.getAccess(userId, 'eventual'),
    mayBeFollowed(deps, own),
  ]);
  const mayBeLockedOut = isLockedOut(eventual, openedAtMs);
  if (!mayBeLockedOut && isRevoked(eventual, own)) return refused('token-expired');
  const noTurn = await takeFirstTurn(deps, userId, eventual, 'connect');
  if (noTurn !== undefined) return noTurn;
  const access = mayBeLockedOut ? await deps.store.getAccess(userId) : eventual;
  const refusal = refusalFor(access, own, openedAtMs);
  if (refusal !== undefined) return refusal;
  if (isFollowed) return refused('logged-in-elsewhere');
  const mayBeHeld = refusesSecondLogin(deps.settings) && (await isHeldByOther(deps, own));
  return mayBeHeld ? refused('logged-in-already') : undefined;
}

/** Where a second login is refused, a login of before may have the device again. */
async function mayBeFollowed(deps: Deps, { userId, device, loginId, openedAtMs }: Connection): Promise<boolean> {
  if (!deps.settings.oneDevicePerPlatform || deps.settings.refuseSecondLogin) return false;
  const { logins } = await deps.store.getLogins(userId, device, 'eventual');
  return decideLogin(logins, loginId, openedAtMs).kind === 'followed';
}

const isRevoked = (access: Access, { tokenIssuedAtMs }: Connection): boolean =>
  tokenIssuedAtMs < access.tokensValidFromMs;

function refusalFor(access: Access, own: Connection, nowMs: number): Refused | undefined {
  if (access.deactivatedAtMs > 0) return refused('account-cancelled');
  if (nowMs < access.blockedUntilMs) return refused('user-blocked');
  return isRevoked(access, own) ? refused('token-expired') : undefined;
}
