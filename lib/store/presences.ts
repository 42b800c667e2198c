import type { Presence } from '../domain/presence.ts';
import type { UserId } from '../protocol/ids.ts';
import type { Connection } from './connections.ts';

/** What decides whether a user's presence is to be announced. */
export interface PresenceRead {
  /** What was announced last; undefined = nothing, or offline for long. */
  readonly announced: Presence | undefined;
  /** The closed ones too, as long as their rows exist. */
  readonly connections: readonly Connection[];
}

/** The presence of users, as the app's server was notified of it. */
export interface Presences {
  readPresence(user: UserId): Promise<PresenceRead>;
  /**
   * Event presence. Only if `announced` is still what was announced last; false = nothing was written. Each has a later
   * `sinceMs` than the one before it. Forgotten after `expiresAtMs`; undefined = never.
   */
  announcePresence(
    user: UserId,
    announced: Presence | undefined,
    next: Presence,
    expiresAtMs: number | undefined,
  ): Promise<boolean>;
  deletePresence(user: UserId): Promise<void>;
}
