import type { Access, Profile, Restrictions } from '../domain/access.ts';
import type { ConnectionId, UserId } from '../protocol/ids.ts';

/** What holds for a user in all rooms. */
export interface Users {
  /** `eventual`: eventually consistent read; only `takeTurn` decides on it. */
  getAccess(user: UserId, read?: 'consistent' | 'eventual'): Promise<Access>;
  /** Puts it if the row still has its revision; false = nothing was written. */
  takeTurn(user: UserId, next: Access): Promise<boolean>;
  /** The last of several calls counts. Invalidates each turn that was decided on an earlier read. */
  setAccess(user: UserId, change: Partial<Omit<Restrictions, 'tokensValidFromMs'>>): Promise<void>;
  /**
   * Revokes the user's tokens that were issued before this time (ms). Of several calls the latest time counts.
   * Invalidates each turn that was decided on an earlier read.
   */
  expireTokens(user: UserId, beforeMs: number): Promise<void>;
  /** Deletes the user's access; tokens issued before `tokensValidFromMs` stay revoked until the row expires. */
  forgetAccess(user: UserId, tokensValidFromMs: number, expiresAtMs: number): Promise<void>;
  /** Invalidates each turn that was decided on an earlier read. */
  noteForceClosed(user: UserId, connections: readonly ConnectionId[], nowMs: number): Promise<void>;
  getProfile(user: UserId): Promise<Profile | undefined>;
  /** Keeps what is not given and the time of the first call; lists the user. */
  setProfile(
    user: UserId,
    change: { readonly name?: string | undefined; readonly portraitUri?: string | undefined },
    nowMs: number,
  ): Promise<void>;
  /** Also unlists the user; a profile that is created concurrently may stay unlisted until it is set again. */
  deleteProfile(user: UserId): Promise<void>;
  /** How many users are listed: may be too high, never too low. */
  countUsers(): Promise<number>;
}
