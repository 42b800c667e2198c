import { decideLogin, isBefore, LOGINS_KEPT_MS, type Login } from '../../domain/logins.ts';
import { Code } from '../../protocol/codes.ts';
import { type Connection, StoreFault } from '../../store/room-store.ts';
import { ATTEMPTS, type Deps } from '../deps.ts';
import { forceCloseConnections } from './force-close-connections.ts';

/** What is ended for a connection that has been opened: its row is there, so of two at once one sees the other. */
export async function endFormer(deps: Deps, own: Connection): Promise<number> {
  const { oneDevicePerPlatform, maxConnectionsPerUser } = deps.settings;
  const order = oneDevicePerPlatform ? await noteLogin(deps, own) : undefined;
  if (order === 'followed') return Code.KICKED_BY_OTHER_DEVICE;
  if (order === undefined && maxConnectionsPerUser === 0) return Code.OK;
  const others = (await deps.store.connectionsOf(own.userId)).filter(
    ({ connectionId }) => connectionId !== own.connectionId,
  );
  const former = order === undefined ? [] : others.filter((other) => isFormer(order, own, other));
  await forceCloseConnections(deps, own.userId, former, {
    code: Code.KICKED_BY_OTHER_DEVICE,
    message: 'another device of the same platform has connected',
  });
  const left = others.filter((other) => !former.includes(other));
  await forceCloseConnections(deps, own.userId, oldestOf(left, left.length + 1 - maxConnectionsPerUser, deps), {
    code: Code.KICKED_BY_OTHER_DEVICE,
    message: 'the user has opened too many connections',
  });
  return Code.OK;
}

interface Order {
  readonly logins: readonly Login[];
  readonly sinceMs: number;
}

/** The order of the logins on this device, of which this one is the latest. */
async function noteLogin(deps: Deps, { userId, device, loginId, openedAtMs }: Connection): Promise<Order | 'followed'> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const list = await deps.store.getLogins(userId, device);
    const decided = decideLogin(list.logins, loginId, openedAtMs);
    if (decided.kind === 'followed') return 'followed';
    const { sinceMs, next } = decided;
    const expiresAtMs = openedAtMs + LOGINS_KEPT_MS;
    const isNoted = next === undefined || (await deps.store.putLogins({ ...list, logins: next }, expiresAtMs));
    if (isNoted) return { logins: list.logins, sinceMs };
  }
  throw new StoreFault('unable to note the login; others kept coming');
}

/** One that comes later and is not noted yet finds this one, and ends it. */
function isFormer({ logins, sinceMs }: Order, own: Connection, other: Connection): boolean {
  if (other.device !== own.device || other.loginId === own.loginId) return false;
  const noted = logins.find(({ loginId }) => loginId === other.loginId);
  const start = { loginId: other.loginId, sinceMs: noted?.sinceMs ?? other.openedAtMs };
  return isBefore(start, { loginId: own.loginId, sinceMs });
}

function oldestOf(connections: readonly Connection[], count: number, { settings }: Deps): readonly Connection[] {
  if (settings.maxConnectionsPerUser === 0) return [];
  return connections.toSorted((one, other) => one.openedAtMs - other.openedAtMs).slice(0, Math.max(0, count));
}
