import { decideTake, holderOf, isOfOneRun, LOGINS_KEPT_MS, type Login } from '../../domain/logins.ts';
import { type Refused, refused } from '../../domain/outcome.ts';
import type { Settings } from '../../domain/settings.ts';
import type { Connection } from '../../store/room-store.ts';
import type { Deps } from '../deps.ts';
import { closeLapsed } from './close-lapsed.ts';
import { decideOn, keptChanging } from './decide-on.ts';
import { leaveRooms } from './force-close-connections.ts';

/** The logins of one device in their order, after a login that is the latest of them. */
export interface LoginOrder {
  readonly logins: readonly Login[];
  readonly sinceMs: number;
  /** It says nothing of the logins of other clients. */
  readonly isOfOwnRun?: true;
}

export const refusesSecondLogin = ({ oneDevicePerPlatform, refuseSecondLogin }: Settings): boolean =>
  oneDevicePerPlatform && refuseSecondLogin;

/**
 * Takes the device for the client of this connection, whose row exists by now, unless another client's lives on it.
 * The logins are read before the connections, and written if they are unchanged:
 *
 * A: row A -- read logins, connections ------------- take -> refused: reads again, finds that B has it and lives
 * B: ----------- row B -- read logins -- take -> done
 *
 * Ann's next connection: ------------------ row -- take -> done
 * B: read logins -- read connections: none ------------------ take -> refused: reads again, finds that one
 */
export function takeDevice(deps: Deps, own: Connection): Promise<LoginOrder | Refused> {
  const { userId, device, loginId, openedAtMs } = own;
  const take = async () => {
    const list = await deps.store.getLogins(userId, device);
    const decided = decideTake(list.logins, loginId, openedAtMs);
    if (decided.kind === 'followed') return refused('logged-in-elsewhere');
    if (!(await endLapsed(deps, own, await heldBy(deps, own, list.logins)))) return refused('logged-in-already');
    const { sinceMs, next: logins = [] } = decided;
    const isTaken = await deps.store.putLogins({ ...list, logins }, openedAtMs + LOGINS_KEPT_MS);
    return isTaken ? ({ logins, sinceMs, isOfOwnRun: true } as const) : 'conflict';
  };
  return decideOn<LoginOrder | Refused, never>(deps, take, keptChanging('take the device'));
}

/** Does another client live on the device? Only reads: what it finds may be over a moment later. */
export async function isHeldByOther(deps: Deps, own: Connection): Promise<boolean> {
  const { logins } = await deps.store.getLogins(own.userId, own.device);
  return (await heldBy(deps, own, logins)).some(({ leaseUntilMs }) => deps.now() < leaseUntilMs);
}

/**
 * The open connections of the client that has the device, if that is another one. A client that is about to be refused
 * has a row too for a moment; it does not have the device.
 */
async function heldBy(deps: Deps, own: Connection, logins: readonly Login[]): Promise<readonly Connection[]> {
  const holder = holderOf(logins)?.loginId;
  if (holder === undefined || isOfOneRun(holder, own.loginId)) return [];
  const all = await deps.store.connectionsOf(own.userId);
  return all.filter(({ device, loginId }) => device === own.device && isOfOneRun(loginId, holder));
}

/**
 * Closes those whose lease is over, as the sweep would, and notes it, so that from then on no frame of theirs is served.
 * False = one lives: its lease is not over, or a frame has renewed it.
 */
async function endLapsed(deps: Deps, { userId }: Connection, connections: readonly Connection[]): Promise<boolean> {
  if (connections.some(({ leaseUntilMs }) => deps.now() < leaseUntilMs)) return false;
  const closed: Connection[] = [];
  for (const connection of connections) {
    const lapsed = await closeLapsed(deps, connection);
    if (lapsed !== undefined) closed.push(lapsed);
    else if (await isOpen(deps, connection)) return false;
  }
  const ids = closed.map(({ connectionId }) => connectionId);
  if (ids.length > 0) await deps.store.noteForceClosed(userId, ids, deps.now());
  await leaveRooms(deps, closed);
  return true;
}

async function isOpen(deps: Deps, connection: Connection): Promise<boolean> {
  const now = await deps.store.getConnection(connection);
  return now !== undefined && now.closedAtMs === undefined;
}
