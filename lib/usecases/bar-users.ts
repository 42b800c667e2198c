import type { Access } from '../domain/access.ts';
import { latestFirst, latestUpTo, userIn } from '../domain/ranked-entry.ts';
import type { UserId } from '../protocol/ids.ts';
import { alignList, type Listed } from './align-list.ts';
import type { Deps } from './deps.ts';
import { listPage } from './list-page.ts';

/** What bars a user everywhere, and the list of those whom it bars: the one who is barred longest comes first. */
export interface Bar {
  readonly access: 'mutedUntilMs' | 'blockedUntilMs';
  readonly list: 'muted-users' | 'blocked-users';
}

export const MUTE: Bar = { access: 'mutedUntilMs', list: 'muted-users' };
export const BLOCK: Bar = { access: 'blockedUntilMs', list: 'blocked-users' };

export interface BarredUser {
  readonly userId: string;
  readonly untilMs: number;
}

/** Listed first, so that nobody who is barred is missing; several calls: the last counts. */
export async function barUsers(deps: Deps, bar: Bar, users: readonly UserId[], untilMs: number): Promise<void> {
  const entries = [...new Set(users)].map((user) => ({ entry: latestFirst(untilMs, user), untilMs }));
  await deps.store.addToList(bar.list, entries);
  for (const user of users) await setBar(deps, bar, user, untilMs);
}

export async function liftBar(deps: Deps, bar: Bar, users: readonly UserId[]): Promise<void> {
  for (const user of users) await setBar(deps, bar, user, 0);
}

async function setBar(deps: Deps, bar: Bar, user: UserId, untilMs: number): Promise<void> {
  const before = (await deps.store.getAccess(user))[bar.access];
  await deps.store.setAccess(user, { [bar.access]: untilMs });
  await alignBar(deps, bar, user, [before, untilMs]);
}

/** `ends`: at which the user may be listed. */
async function alignBar(deps: Deps, bar: Bar, user: UserId, ends: readonly number[]): Promise<void> {
  const others = ends.filter((end) => end > 0).map((end) => latestFirst(end, user));
  await alignList(deps, bar.list, others, async (): Promise<Listed | undefined> => {
    const untilMs = endOf(await deps.store.getAccess(user), bar, deps.now());
    return untilMs === undefined ? undefined : { entry: latestFirst(untilMs, user), untilMs };
  });
}

const endOf = (access: Access, bar: Bar, nowMs: number): number | undefined =>
  nowMs < access[bar.access] ? access[bar.access] : undefined;

/** The list may hold more than are barred, so each user's access is asked. */
export const barredUsers = (
  deps: Deps,
  bar: Bar,
  page: number | undefined,
  size: number,
): Promise<readonly BarredUser[] | 'too-far'> =>
  listPage(deps, { list: bar.list, page, size, beforeEntry: latestUpTo(deps.now()) }, async ({ entry, untilMs }) => {
    const userId = userIn(entry);
    if (userId === undefined) return undefined;
    const isBarred = endOf(await deps.store.getAccess(userId), bar, deps.now()) === untilMs;
    return isBarred ? { userId, untilMs } : undefined;
  });
