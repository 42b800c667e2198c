import { Code } from '../../protocol/codes.ts';
import type { UserId } from '../../protocol/ids.ts';
import type { Deps } from '../deps.ts';

/** Removes what the app has stored about a user: the profile, the item in the list of users, the blacklist, the tags. */
export async function forgetUser(deps: Deps, user: UserId): Promise<void> {
  await deps.store.deleteProfile(user);
  await deps.store.deleteSet(`blacklist#${user}`);
  await deps.store.deleteSet(`tags#${user}`);
}

/** Why open connections are force-closed. */
export const CANCELLED = {
  code: Code.ACCOUNT_CANCELLED,
  message: 'unable to stay connected; the account was deactivated or deleted',
};
