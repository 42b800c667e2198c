import type { UserId } from '../domain/ids.ts';
import { alignList, listPages } from './align-list.ts';
import type { Deps } from './deps.ts';

/** What bars a user everywhere, and the list of those whom it bars. */
interface Bar {
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
  const entries = [...new Set(users)].map((entry) => ({ entry, untilMs }));
  await deps.store.addToList(bar.list, entries);
  await setBar(deps, bar, users, untilMs);
}

export const liftBar = (deps: Deps, bar: Bar, users: readonly UserId[]): Promise<void> => setBar(deps, bar, users, 0);

async function setBar(deps: Deps, bar: Bar, users: readonly UserId[], untilMs: number): Promise<void> {
  for (const user of users) {
    await deps.store.setAccess(user, { [bar.access]: untilMs });
    await alignList(deps, bar.list, user, () => barredUntilMs(deps, bar, user));
  }
}

/** The list may hold more than are barred, so each user's access is asked. */
export async function barredUsers(deps: Deps, bar: Bar): Promise<readonly BarredUser[]> {
  const found: BarredUser[] = [];
  for await (const entries of listPages(deps, bar.list)) {
    const users = entries.map(({ entry }) => entry as UserId);
    const ends = await Promise.all(users.map((user) => barredUntilMs(deps, bar, user)));
    found.push(...users.flatMap((userId, index) => barred(userId, ends[index])));
  }
  return found;
}

const barred = (userId: string, untilMs: number | undefined): BarredUser[] =>
  untilMs === undefined ? [] : [{ userId, untilMs }];

async function barredUntilMs(deps: Deps, bar: Bar, user: UserId): Promise<number | undefined> {
  const untilMs = (await deps.store.getAccess(user))[bar.access];
  return deps.now() < untilMs ? untilMs : undefined;
}
