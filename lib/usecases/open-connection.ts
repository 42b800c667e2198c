import type { Access } from '../domain/access.ts';
import { leaseFrom } from '../domain/lease.ts';
import { Code } from '../protocol/codes.ts';
import type { Connection } from '../store/room-store.ts';
import { cutConnections } from './cut-connections.ts';
import type { Caller, Deps } from './deps.ts';

/** What the client tells of itself. */
export interface Client {
  readonly platform: string;
  /** Its login: the same for all connections of it. What stands before the last `_` names the run of the client. */
  readonly instance: string;
}

/** The life of a token, ms since 1970. */
export interface TokenLife {
  readonly issuedAtMs: number;
  readonly expiresAtMs: number;
}

/**
 * The connection's row, written while the socket is not open yet. What is laid down for the user is read after it: a block
 * that comes later finds the row and closes it. Returns 0, or why the connection is refused.
 */
export async function openConnection(deps: Deps, caller: Caller, client: Client, token: TokenLife): Promise<number> {
  const nowMs = deps.now();
  const { platform, instance } = client;
  const own: Connection = {
    ...caller,
    // A run that logs in once more is the same device: else the former one would be left behind in its rooms.
    device: deps.settings.oneDevicePerPlatform ? platform : `${platform}.${runOf(instance)}`,
    instance,
    openedAtMs: nowMs,
    leaseUntilMs: leaseFrom(nowMs),
    rooms: [],
    tokenIssuedAtMs: token.issuedAtMs,
    tokenExpiresAtMs: token.expiresAtMs,
  };
  const opened = await deps.store.openConnection(own);
  // It was closed before this was written.
  if (!opened) return Code.DISCONNECTED;
  const refusal =
    refusalFor(await deps.store.getAccess(caller.userId), token, deps.now()) ||
    (deps.settings.oneDevicePerPlatform ? await endFormerLogins(deps, own) : Code.OK);
  if (refusal !== Code.OK) await deps.store.closeConnection(caller, deps.now(), 'refused');
  return refusal;
}

const runOf = (instance: string): string => instance.replace(/(?<!^)_[^_]*$/, '');

function refusalFor(access: Access, token: TokenLife, nowMs: number): number {
  if (access.deactivatedAtMs > 0) return Code.ACCOUNT_CANCELLED;
  if (nowMs < access.blockedUntilMs) return Code.USER_BLOCKED;
  return token.issuedAtMs < access.tokensFromMs ? Code.TOKEN_EXPIRED : Code.OK;
}

/**
 * On one platform the latest login stays. A login is as old as the oldest connection of it that is known, so neither a
 * renewal nor a come-back makes it later, and one that another has followed is refused whenever it comes back, whether or
 * not it has heard of its end. Of two at once the later one stays, whoever looks first.
 */
async function endFormerLogins(deps: Deps, own: Connection): Promise<number> {
  const known = (await deps.store.connectionsEverOf(own.userId)).filter(
    (connection) => connection.device === own.device && connection.refused === undefined,
  );
  const logins = new Map<string, number>();
  for (const { instance, openedAtMs } of known)
    logins.set(instance, Math.min(openedAtMs, logins.get(instance) ?? openedAtMs));
  const sinceMs = ({ instance, openedAtMs }: Connection) => logins.get(instance) ?? openedAtMs;
  const isFormer = (other: Connection) =>
    (sinceMs(other) - sinceMs(own) || (other.instance < own.instance ? -1 : 1)) < 0;
  const others = known.filter(({ instance }) => instance !== own.instance);
  if (!others.every(isFormer)) return Code.KICKED_BY_OTHER_DEVICE;
  const open = others.filter(({ closedAtMs }) => closedAtMs === undefined);
  const message = 'another device of the same platform has connected';
  await cutConnections(deps, open, { code: Code.KICKED_BY_OTHER_DEVICE, message });
  return Code.OK;
}
