import type { Profile } from '../domain/access.ts';
import type { UserId } from '../domain/ids.ts';
import type { Deps } from './deps.ts';

const BLACKLIST_MAX = 1000;
const TAGS_MAX = 20;

export const getProfile = (deps: Deps, user: UserId): Promise<Profile | undefined> => deps.store.getProfile(user);

/** Keeps what is not given. */
export const setProfile = (
  deps: Deps,
  user: UserId,
  change: { readonly name?: string | undefined; readonly portraitUri?: string | undefined },
): Promise<void> => deps.store.setProfile(user, change, deps.now());

/** Has he an open connection? */
export const isOnline = async (deps: Deps, user: UserId): Promise<boolean> =>
  (await deps.store.connectionsOf(user)).length > 0;

/** The users from whom this one wants to hear nothing; kept for the app, no rule of a room asks it. */
export const blacklist = (deps: Deps, user: UserId): Promise<readonly string[]> =>
  deps.store.readSet(`blacklist#${user}`);

/** False = they would be more than 1000; then none is added. */
export const addToBlacklist = async (deps: Deps, user: UserId, others: readonly UserId[]): Promise<boolean> =>
  (await deps.store.addToSet(`blacklist#${user}`, others, BLACKLIST_MAX)) === 'added';

export const removeFromBlacklist = async (deps: Deps, user: UserId, others: readonly UserId[]): Promise<void> => {
  await deps.store.removeFromSet(`blacklist#${user}`, others);
};

/** Puts these tags in the place of those he had. False = they are more than 20; then he keeps what he had. */
export async function setTags(deps: Deps, user: UserId, next: readonly string[]): Promise<boolean> {
  const wanted = new Set(next);
  if (wanted.size > TAGS_MAX) return false;
  const unwanted = (await tags(deps, user)).filter((tag) => !wanted.has(tag));
  await deps.store.removeFromSet(`tags#${user}`, unwanted);
  return (await deps.store.addToSet(`tags#${user}`, [...wanted], TAGS_MAX)) === 'added';
}

export const tags = (deps: Deps, user: UserId): Promise<readonly string[]> => deps.store.readSet(`tags#${user}`);
