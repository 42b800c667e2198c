import type { Access, Profile } from '../domain/access.ts';
import type { UserId } from '../domain/ids.ts';

/** What holds for a user in all rooms. */
export interface Users {
  getAccess(user: UserId): Promise<Access>;
  /** Several calls: the last counts. */
  setAccess(user: UserId, change: Partial<Omit<Access, 'tokensFromMs'>>): Promise<void>;
  /** His tokens issued before this time (ms) are worth nothing. Several calls: the latest time counts. */
  expireTokens(user: UserId, beforeMs: number): Promise<void>;
  getProfile(user: UserId): Promise<Profile | undefined>;
  /** Keeps what is not given, and the time of the first. */
  setProfile(
    user: UserId,
    change: { readonly name?: string | undefined; readonly portraitUri?: string | undefined },
    nowMs: number,
  ): Promise<void>;
}
