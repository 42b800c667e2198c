import { eachInParallel } from '../domain/in-parallel.ts';
import type { Outcome } from '../domain/outcome.ts';
import { DAY_MS } from '../domain/time.ts';
import { latestFirst, userIn } from '../domain/time-sorted-item.ts';
import type { UserId } from '../protocol/ids.ts';
import type { Deps } from './deps.ts';
import { alignList } from './steps/align-list.ts';
import { forceCloseConnections } from './steps/force-close-connections.ts';
import { CANCELLED, forgetUser } from './steps/forget-user.ts';
import { listPage } from './steps/list-page.ts';

const LIST = 'deactivated-users';
const USERS_IN_FLIGHT = 8;
/**
 * Locks users out until they are reactivated, like a block without end, and deletes what the app has stored about them.
 * Tokens that were issued before stay revoked after that. Memberships continue as with a block. A second call finishes
 * what an interrupted one has begun, and the time of the first call stays.
 */
export const deactivateUsers = (deps: Deps, users: readonly UserId[]): Promise<void> =>
  eachInParallel([...new Set(users)], USERS_IN_FLIGHT, async (user) => {
    const { deactivatedAtMs } = await deps.store.getAccess(user);
    const atMs = deactivatedAtMs || deps.now();
    // Listed first, so that no locked-out user is missing; for a day, so that an interrupted call leaves no item behind.
    await deps.store.addToList(LIST, [{ item: latestFirst(atMs, user), untilMs: deps.now() + DAY_MS }]);
    await deps.store.setAccess(user, { deactivatedAtMs: atMs });
    await deps.store.expireTokens(user, atMs + 1);
    await alignDeactivated(deps, user, [deactivatedAtMs, atMs]);
    await forceCloseConnections(deps, user, await deps.store.connectionsOf(user), CANCELLED);
    await forgetUser(deps, user);
  });
/** Lets users connect again, with new tokens; what was deleted stays deleted. */
export const reactivateUsers = (deps: Deps, users: readonly UserId[]): Promise<void> =>
  eachInParallel([...new Set(users)], USERS_IN_FLIGHT, async (user) => {
    const { deactivatedAtMs } = await deps.store.getAccess(user);
    await deps.store.setAccess(user, { deactivatedAtMs: 0 });
    await alignDeactivated(deps, user, [deactivatedAtMs]);
  });
/** `times`: the times of deactivation under which the user may be listed. */
async function alignDeactivated(deps: Deps, user: UserId, times: readonly number[]): Promise<void> {
  const others = times.filter((time) => time > 0).map((time) => latestFirst(time, user));
  await alignList(deps, LIST, others, async () => {
    const { deactivatedAtMs } = await deps.store.getAccess(user);
    return deactivatedAtMs === 0 ? undefined : { item: latestFirst(deactivatedAtMs, user), untilMs: 0 };
  });
}
/** A page, the latest first. The list may hold users who are not deactivated, so each user's access is checked. */
export const deactivatedUsers = (deps: Deps, page: number, size: number): Promise<Outcome<readonly string[]>> =>
  listPage(deps, { list: LIST, page, size }, async ({ item }) => {
    const user = userIn(item);
    if (user === undefined) return undefined;
    const { deactivatedAtMs } = await deps.store.getAccess(user);
    return deactivatedAtMs > 0 && latestFirst(deactivatedAtMs, user) === item ? user : undefined;
  });
