import type { Outcome } from '../domain/outcome.ts';
import type { UserId } from '../protocol/ids.ts';
import type { Deps } from './deps.ts';
import { liftRestriction, MUTE, type RestrictedUser, restrictedUsers, restrictUsers } from './steps/restrict-users.ts';

/** Mutes users in all rooms until `untilMs`; an exemption in a room does not apply. */
export const muteEverywhere = (deps: Deps, users: readonly UserId[], untilMs: number): Promise<void> =>
  restrictUsers(deps, MUTE, users, untilMs);

export const unmuteEverywhere = (deps: Deps, users: readonly UserId[]): Promise<void> =>
  liftRestriction(deps, MUTE, users);

/** Who is muted in all rooms now, and until when (ms), the longest first. No page: the first `size`. */
export const mutedEverywhere = (
  deps: Deps,
  page: number | undefined,
  size: number,
): Promise<Outcome<readonly RestrictedUser[]>> => restrictedUsers(deps, MUTE, page, size);
