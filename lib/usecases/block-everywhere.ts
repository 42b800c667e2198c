import { eachInParallel } from '../domain/in-parallel.ts';
import type { Outcome } from '../domain/outcome.ts';
import { Code } from '../protocol/codes.ts';
import type { UserId } from '../protocol/ids.ts';
import type { Deps } from './deps.ts';
import { forceCloseConnections } from './steps/force-close-connections.ts';
import { BLOCK, liftRestriction, type RestrictedUser, restrictedUsers, restrictUsers } from './steps/restrict-users.ts';

const USERS_IN_FLIGHT = 8;

/**
 * Blocks users from connecting until `untilMs`, and force-closes their connections. Their memberships continue: they are
 * offline in their rooms, as after any disconnect. The block is written first, so a connection that opens concurrently
 * finds it. A failure for one user holds up no other; the caller then has to repeat it.
 */
export async function blockEverywhere(deps: Deps, users: readonly UserId[], untilMs: number): Promise<void> {
  const cause = { code: Code.BLOCKED_WHILE_CONNECTED, message: 'unable to stay connected; the user was blocked' };
  await eachInParallel([...new Set(users)], USERS_IN_FLIGHT, async (user) => {
    await restrictUsers(deps, BLOCK, [user], untilMs);
    await forceCloseConnections(deps, user, await deps.store.connectionsOf(user), cause);
  });
}

export const unblockEverywhere = (deps: Deps, users: readonly UserId[]): Promise<void> =>
  liftRestriction(deps, BLOCK, users);

/** Who is blocked in all rooms now, and until when (ms), the longest first. No page: the first `size`. */
export const blockedEverywhere = (
  deps: Deps,
  page: number | undefined,
  size: number,
): Promise<Outcome<readonly RestrictedUser[]>> => restrictedUsers(deps, BLOCK, page, size);
