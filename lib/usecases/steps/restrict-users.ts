import type { Access } from '../../domain/access.ts';
import type { Outcome } from '../../domain/outcome.ts';
import { latestFirst, latestUpTo, userIn } from '../../domain/ranked-entry.ts';
import type { UserId } from '../../protocol/ids.ts';
import type { Deps } from '../deps.ts';
import { alignList, type Listed } from './align-list.ts';
import { listPage } from './list-page.ts';

/** What bars a user everywhere, and the list of those whom it bars: the one who is barred longest comes first. */
export interface RestrictionKind {
  readonly access: 'mutedUntilMs' | 'blockedUntilMs';
  readonly list: 'muted-users' | 'blocked-users';
}

export const MUTE: RestrictionKind = { access: 'mutedUntilMs', list: 'muted-users' };
export const BLOCK: RestrictionKind = { access: 'blockedUntilMs', list: 'blocked-users' };

export interface RestrictedUser {
  readonly userId: string;
  readonly untilMs: number;
}

/** Listed first, so that nobody who is barred is missing; several calls: the last counts. */
export async function restrictUsers(
  deps: Deps,
  bar: RestrictionKind,
  users: readonly UserId[],
  untilMs: number,
): Promise<void> {
  const items = [...new Set(users)].map((user) => ({ item: latestFirst(untilMs, user), untilMs }));
  await deps.store.addToList(bar.list, items);
  for (const user of users) await setRestriction(deps, bar, user, untilMs);
}

export async function liftRestriction(deps: Deps, bar: RestrictionKind, users: readonly UserId[]): Promise<void> {
  for (const user of users) await setRestriction(deps, bar, user, 0);
}

async function setRestriction(deps: Deps, bar: RestrictionKind, user: UserId, untilMs: number): Promise<void> {
  const before = (await deps.store.getAccess(user))[bar.access];
  await deps.store.setAccess(user, { [bar.access]: untilMs });
  await alignRestriction(deps, bar, user, [before, untilMs]);
}

/** `ends`: at which the user may be listed. */
async function alignRestriction(
  deps: Deps,
  bar: RestrictionKind,
  user: UserId,
  ends: readonly number[],
): Promise<void> {
  const others = ends.filter((end) => end > 0).map((end) => latestFirst(end, user));
  await alignList(deps, bar.list, others, async (): Promise<Listed | undefined> => {
    const untilMs = endOf(await deps.store.getAccess(user), bar, deps.now());
    return untilMs === undefined ? undefined : { item: latestFirst(untilMs, user), untilMs };
  });
}

const endOf = (access: Access, bar: RestrictionKind, nowMs: number): number | undefined =>
  nowMs < access[bar.access] ? access[bar.access] : undefined;

/** The list may hold more than are barred, so each user's access is asked. */
export const restrictedUsers = (
  deps: Deps,
  bar: RestrictionKind,
  page: number | undefined,
  size: number,
): Promise<Outcome<readonly RestrictedUser[]>> =>
  listPage(deps, { list: bar.list, page, size, beforeItem: latestUpTo(deps.now()) }, async ({ item, untilMs }) => {
    const userId = userIn(item);
    if (userId === undefined) return undefined;
    const isBarred = endOf(await deps.store.getAccess(userId), bar, deps.now()) === untilMs;
    return isBarred ? { userId, untilMs } : undefined;
  });
