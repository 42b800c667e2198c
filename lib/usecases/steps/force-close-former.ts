import { decideLogin, isBefore, isOfOneRun, LOGINS_KEPT_MS } from '../../domain/logins.ts';
import { isRefused, type Refused, refused } from '../../domain/outcome.ts';
import { Code } from '../../protocol/codes.ts';
import type { Connection } from '../../store/room-store.ts';
import type { Deps } from '../deps.ts';
import { decideOn, keptChanging } from './decide-on.ts';
import { forceCloseConnections } from './force-close-connections.ts';
import { type LoginOrder, refusesSecondLogin, takeDevice } from './take-device.ts';

/** Ends the connections that a new one replaces. Its row exists by now, so of two at once at least one sees the other. */
export async function endFormer(deps: Deps, own: Connection): Promise<Refused | undefined> {
  const { oneDevicePerPlatform, maxConnectionsPerUser } = deps.settings;
  const order = oneDevicePerPlatform ? await orderOf(deps, own) : undefined;
  if (isRefused(order)) return order;
  if (order === undefined && maxConnectionsPerUser === 0) return undefined;
  const others = (await deps.store.connectionsOf(own.userId)).filter(
    ({ connectionId }) => connectionId !== own.connectionId,
  );
  const former = order === undefined ? [] : others.filter((other) => isFormer(order, own, other));
  await forceCloseConnections(deps, own.userId, former, {
    code: Code.KICKED_BY_OTHER_DEVICE,
    message: 'unable to stay connected; another device of the same platform has connected',
  });
  const left = others.filter((other) => !former.includes(other));
  await forceCloseConnections(deps, own.userId, oldestOf(left, left.length + 1 - maxConnectionsPerUser, deps), {
    code: Code.KICKED_BY_OTHER_DEVICE,
    message: 'unable to stay connected; the user has opened too many connections',
  });
  return undefined;
}

const orderOf = (deps: Deps, own: Connection): Promise<LoginOrder | Refused> =>
  refusesSecondLogin(deps.settings) ? takeDevice(deps, own) : noteLogin(deps, own);

/** The order of the logins on this device, of which this one is the latest. */
function noteLogin(deps: Deps, { userId, device, loginId, openedAtMs }: Connection): Promise<LoginOrder | Refused> {
  const note = async () => {
    const list = await deps.store.getLogins(userId, device);
    const decided = decideLogin(list.logins, loginId, openedAtMs);
    if (decided.kind === 'followed') return refused('logged-in-elsewhere');
    const { sinceMs, next } = decided;
    const expiresAtMs = openedAtMs + LOGINS_KEPT_MS;
    const isNoted = next === undefined || (await deps.store.putLogins({ ...list, logins: next }, expiresAtMs));
    return isNoted ? { logins: list.logins, sinceMs } : 'conflict';
  };
  return decideOn<LoginOrder | Refused, never>(deps, note, keptChanging('note the login'));
}

/** A later login that is not noted yet finds this connection, and ends it. */
function isFormer({ logins, sinceMs, isOfOwnRun }: LoginOrder, own: Connection, other: Connection): boolean {
  if (other.device !== own.device || other.loginId === own.loginId) return false;
  if (isOfOwnRun === true && !isOfOneRun(other.loginId, own.loginId)) return false;
  const noted = logins.find(({ loginId }) => loginId === other.loginId);
  const start = { loginId: other.loginId, sinceMs: noted?.sinceMs ?? other.openedAtMs };
  return isBefore(start, { loginId: own.loginId, sinceMs });
}

function oldestOf(connections: readonly Connection[], count: number, { settings }: Deps): readonly Connection[] {
  if (settings.maxConnectionsPerUser === 0) return [];
  return connections.toSorted((one, other) => one.openedAtMs - other.openedAtMs).slice(0, Math.max(0, count));
}
