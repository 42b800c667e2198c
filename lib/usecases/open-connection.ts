import type { Access } from '../domain/access.ts';
import { leaseFrom } from '../domain/lease.ts';
import { Code } from '../protocol/codes.ts';
import type { Connection } from '../store/room-store.ts';
import { closeConnection } from './close-connection.ts';
import { cutConnections } from './cut-connections.ts';
import type { Caller, Deps } from './deps.ts';

/** What the client tells of itself. */
export interface Client {
  readonly platform: string;
  /** The same for all connections of one run of a client. */
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
  const device = deps.settings.oneDevicePerPlatform ? platform : `${platform}.${instance}`;
  const opened = await deps.store.openConnection({
    ...caller,
    device,
    instance,
    openedAtMs: nowMs,
    leaseUntilMs: leaseFrom(nowMs),
    rooms: [],
    tokenIssuedAtMs: token.issuedAtMs,
    tokenExpiresAtMs: token.expiresAtMs,
  });
  // It was closed before this was written.
  if (!opened) return Code.DISCONNECTED;
  const refusal =
    refusalFor(await deps.store.getAccess(caller.userId), token, deps.now()) ||
    (deps.settings.oneDevicePerPlatform
      ? await endFormerLogin(deps, caller, { device, instance, openedAtMs: nowMs })
      : 0);
  if (refusal !== Code.OK) await closeConnection(deps, caller);
  return refusal;
}

function refusalFor(access: Access, token: TokenLife, nowMs: number): number {
  if (nowMs < access.blockedUntilMs) return Code.USER_BLOCKED;
  return token.issuedAtMs < access.tokensFromMs ? Code.TOKEN_EXPIRED : Code.OK;
}

interface Login {
  readonly device: string;
  readonly instance: string;
  readonly openedAtMs: number;
}

/**
 * Another login on the same platform ends. Of two that connect at once the later one stays, whoever looks first: the
 * earlier one may find that it is itself the one to end. A new connection of the same run is no other login: its client
 * ends the old one.
 */
async function endFormerLogin(deps: Deps, { userId, connectionId }: Caller, own: Login): Promise<number> {
  const others = (await deps.store.connectionsOf(userId)).filter(
    (other) => other.device === own.device && other.instance !== own.instance,
  );
  const isFormer = (other: Connection) =>
    (other.openedAtMs - own.openedAtMs || (other.connectionId < connectionId ? -1 : 1)) < 0;
  const message = 'another device of the same platform has connected';
  await cutConnections(deps, others.filter(isFormer), { code: Code.KICKED_BY_OTHER_DEVICE, message });
  return others.every(isFormer) ? Code.OK : Code.KICKED_BY_OTHER_DEVICE;
}
