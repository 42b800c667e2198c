import type { Access, Profile, Restrictions } from '../domain/access.ts';
import type { ConnectionId, UserId } from '../protocol/ids.ts';

/** What holds for a user in all rooms. */
export interface Users {
  /** `glance`: perhaps a moment old; only `takeTurn` decides by it. */
  getAccess(user: UserId, read?: 'consistent' | 'eventual'): Promise<Access>;
  /** Puts it if the row still has its revision; false = nothing was written. */
  takeTurn(user: UserId, next: Access): Promise<boolean>;
  /** Several calls: the last counts. After it no turn is taken by what was read before it. */
  setAccess(user: UserId, change: Partial<Omit<Restrictions, 'tokensValidFromMs'>>): Promise<void>;
  /**
   * Tokens of the user issued before this time (ms) are worth nothing. Several calls: the latest time counts. After it no
   * turn is taken by what was read before it.
   */
  expireTokens(user: UserId, beforeMs: number): Promise<void>;
  /** All that was laid down goes; tokens issued before `tokensValidFromMs` stay worth nothing until it expires. */
  forgetAccess(user: UserId, tokensValidFromMs: number, expiresAtMs: number): Promise<void>;
  /** After it no turn is taken by what was read before it. */
  noteForceClosed(user: UserId, connections: readonly ConnectionId[], nowMs: number): Promise<void>;
  getProfile(user: UserId): Promise<Profile | undefined>;
  /** Keeps what is not given, and the time of the first; the user is listed from then on. */
  setProfile(
    user: UserId,
    change: { readonly name?: string | undefined; readonly portraitUri?: string | undefined },
    nowMs: number,
  ): Promise<void>;
  /** With the user's place in the list `users`; one that is made anew meanwhile may lose its place until it is set again. */
  deleteProfile(user: UserId): Promise<void>;
  /** How many users are listed: never fewer than there are. */
  countUsers(): Promise<number>;
}
