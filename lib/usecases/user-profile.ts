import type { Profile } from '../domain/access.ts';
import { type Outcome, unlessFull } from '../domain/outcome.ts';
import { earliestFirst, userIn } from '../domain/time-sorted-item.ts';
import type { UserId } from '../protocol/ids.ts';
import type { DatedItem } from '../store/room-store.ts';
import type { Deps } from './deps.ts';
import { listPage } from './steps/list-page.ts';

export const BLACKLIST_MAX = 1000;
export const TAGS_MAX = 20;

export type { DatedItem };

const holdsAtMost = (limit: number): string => `it holds at most ${limit}`;

export const getProfile = (deps: Deps, user: UserId): Promise<Profile | undefined> => deps.store.getProfile(user);

/** A field that is not given stays as it is. */
export const setProfile = (
  deps: Deps,
  user: UserId,
  change: { readonly name?: string | undefined; readonly portraitUri?: string | undefined },
): Promise<void> => deps.store.setProfile(user, change, deps.now());

/** A page of the users that the app has requested a token for, by the time of the first one, and how many there are. */
export async function listUsers(
  deps: Deps,
  order: 'ascending' | 'descending',
  page: number,
  size: number,
): Promise<{ readonly total: number; readonly users: Outcome<readonly Profile[]> }> {
  const query = { list: 'users', order: order === 'descending' ? order : undefined, page, size } as const;
  const users = await listPage(deps, query, async ({ item }) => {
    const user = userIn(item);
    if (user === undefined) return undefined;
    const profile = await deps.store.getProfile(user);
    return profile !== undefined && earliestFirst(profile.createdAtMs, user) === item ? profile : undefined;
  });
  return { total: await deps.store.countUsers(), users };
}

/** Does the user have an open connection? */
export const isOnline = async (deps: Deps, user: UserId): Promise<boolean> =>
  (await deps.store.connectionsOf(user)).length > 0;

/**
 * The users that this one does not want to hear from, the newest first; kept for the app only: no rule of a room reads it.
 * `next` is the last item of the page, if there are more.
 */
export async function blacklist(
  deps: Deps,
  user: UserId,
  after: DatedItem | undefined,
  size: number,
): Promise<{ readonly users: readonly string[]; readonly next?: DatedItem }> {
  const all = await deps.store.readDatedSet(`blacklist#${user}`);
  const left = after === undefined ? all : all.filter((one) => isAfter(one, after));
  const page = left.slice(0, size);
  const last = page.at(-1);
  const users = page.map(({ item }) => item);
  return last === undefined || left.length <= size ? { users } : { users, next: last };
}

const isAfter = (one: DatedItem, other: DatedItem): boolean =>
  one.sinceMs < other.sinceMs || (one.sinceMs === other.sinceMs && one.item > other.item);

/** Adds all of them or none. */
export const addToBlacklist = async (deps: Deps, user: UserId, others: readonly UserId[]): Promise<Outcome<'added'>> =>
  unlessFull(
    await deps.store.addToDatedSet(`blacklist#${user}`, others, BLACKLIST_MAX, deps.now()),
    holdsAtMost(BLACKLIST_MAX),
  );

export const removeFromBlacklist = (deps: Deps, user: UserId, others: readonly UserId[]): Promise<void> =>
  deps.store.removeFromDatedSet(`blacklist#${user}`, others);

/** Replaces the user's tags by these; a refusal changes none. */
export async function setTags(deps: Deps, user: UserId, next: readonly string[]): Promise<Outcome<'added'>> {
  const wanted = new Set(next);
  if (wanted.size > TAGS_MAX) return unlessFull('full', holdsAtMost(TAGS_MAX));
  const unwanted = (await tags(deps, user)).filter((tag) => !wanted.has(tag));
  await deps.store.removeFromSet(`tags#${user}`, unwanted);
  return unlessFull(await deps.store.addToSet(`tags#${user}`, [...wanted], TAGS_MAX), holdsAtMost(TAGS_MAX));
}

export const tags = (deps: Deps, user: UserId): Promise<readonly string[]> => deps.store.readSet(`tags#${user}`);
