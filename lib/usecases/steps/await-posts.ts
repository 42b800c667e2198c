import { FREE_POSTS, sharedPosts } from '../../domain/delivery.ts';
import { SECOND_MS } from '../../domain/time.ts';
import type { Deps } from '../deps.ts';

/** Those who wait for a second begin spread over this time. */
const SPREAD_MS = 100;

/** How many posts one slice may have. */
export const postsInSlice = (deps: Deps, most: number): number =>
  Math.min(most, sharedPosts(deps.settings.postsPerSecond));

/**
 * Waits until the budget of this second, or of a later one, has so many posts left, and takes them: all large rooms of the
 * deployment share it, so that API Gateway does not have to refuse any. `mayGoOn` is asked after each wait; false = it said
 * no, and no posts were taken.
 */
export async function awaitPosts(deps: Deps, posts: number, mayGoOn: () => Promise<boolean>): Promise<boolean> {
  const limit = sharedPosts(deps.settings.postsPerSecond);
  if (posts <= Math.min(FREE_POSTS, limit / 10)) return true;
  while (!(await deps.store.takePosts(deps.now(), posts, limit))) {
    await deps.sleep(SECOND_MS - (deps.now() % SECOND_MS) + deps.random() * SPREAD_MS);
    if (!(await mayGoOn())) return false;
  }
  return true;
}
