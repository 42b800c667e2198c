import { Code } from '../../protocol/codes.ts';
import type { UserId } from '../../protocol/ids.ts';
import type { Deps } from '../deps.ts';

/** What an app told of a user goes: the profile and the place among the users, the blacklist, the tags. */
export async function forgetUser(deps: Deps, user: UserId): Promise<void> {
  await deps.store.deleteProfile(user);
  await deps.store.deleteSet(`blacklist#${user}`);
  await deps.store.deleteSet(`tags#${user}`);
}

/** Why what was open is cut. */
export const CANCELLED = {
  code: Code.ACCOUNT_CANCELLED,
  message: 'unable to stay connected; the account was cancelled',
};
