import type { Access } from '../../domain/access.ts';
import { eachInParallel } from '../../domain/in-parallel.ts';
import type { Outcome } from '../../domain/outcome.ts';
import { latestFirst, latestUpTo, userIn } from '../../domain/time-sorted-item.ts';
import type { UserId } from '../../protocol/ids.ts';
import type { ListItem } from '../../store/room-store.ts';
import type { Deps } from '../deps.ts';
import { alignList } from './align-list.ts';
import { listPage } from './list-page.ts';

/** A restriction in all rooms, and the list of the users it applies to: the longest restriction comes first. */
export interface RestrictionKind {
  readonly access: 'mutedUntilMs' | 'blockedUntilMs';
  readonly list: 'muted-users' | 'blocked-users';
}

const USERS_IN_FLIGHT = 8;

export const MUTE: RestrictionKind = { access: 'mutedUntilMs', list: 'muted-users' };
export const BLOCK: RestrictionKind = { access: 'blockedUntilMs', list: 'blocked-users' };

export interface RestrictedUser {
  readonly userId: string;
  readonly untilMs: number;
}

/** Listed first, so that no restricted user is missing from the list. Of several calls the last one counts. */
export async function restrictUsers(
  deps: Deps,
  kind: RestrictionKind,
  users: readonly UserId[],
  untilMs: number,
): Promise<void> {
  const items = [...new Set(users)].map((user) => ({ item: latestFirst(untilMs, user), untilMs }));
  await deps.store.addToList(kind.list, items);
  await setRestrictions(deps, kind, users, untilMs);
}

export const liftRestriction = (deps: Deps, kind: RestrictionKind, users: readonly UserId[]): Promise<void> =>
  setRestrictions(deps, kind, users, 0);

const setRestrictions = (deps: Deps, kind: RestrictionKind, users: readonly UserId[], untilMs: number): Promise<void> =>
  eachInParallel([...new Set(users)], USERS_IN_FLIGHT, (user) => setRestriction(deps, kind, user, untilMs));

async function setRestriction(deps: Deps, kind: RestrictionKind, user: UserId, untilMs: number): Promise<void> {
  const before = (await deps.store.getAccess(user))[kind.access];
  await deps.store.setAccess(user, { [kind.access]: untilMs });
  await alignRestriction(deps, kind, user, [before, untilMs]);
}

/** `ends`: the ends under which the user may be listed. */
async function alignRestriction(
  deps: Deps,
  kind: RestrictionKind,
  user: UserId,
  ends: readonly number[],
): Promise<void> {
  const others = ends.filter((end) => end > 0).map((end) => latestFirst(end, user));
  await alignList(deps, kind.list, others, async (): Promise<ListItem | undefined> => {
    const untilMs = endOf(await deps.store.getAccess(user), kind, deps.now());
    return untilMs === undefined ? undefined : { item: latestFirst(untilMs, user), untilMs };
  });
}

const endOf = (access: Access, kind: RestrictionKind, nowMs: number): number | undefined =>
  nowMs < access[kind.access] ? access[kind.access] : undefined;

/** The list may hold users who are not restricted, so each user's access is read. */
export const restrictedUsers = (
  deps: Deps,
  kind: RestrictionKind,
  page: number | undefined,
  size: number,
): Promise<Outcome<readonly RestrictedUser[]>> =>
  listPage(deps, { list: kind.list, page, size, beforeItem: latestUpTo(deps.now()) }, async ({ item, untilMs }) => {
    const userId = userIn(item);
    if (userId === undefined) return undefined;
    const isRestricted = endOf(await deps.store.getAccess(userId), kind, deps.now()) === untilMs;
    return isRestricted ? { userId, untilMs } : undefined;
  });
