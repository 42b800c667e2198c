import type { ConnectionId } from '../protocol/ids.ts';
import type { SlowSend } from './slow-mode.ts';
import type { SendMark, Turns } from './turns.ts';

/** What an app server has set for one user in all rooms. Times in ms since 1970; 0 = never was. */
export interface Restrictions {
  /** No connecting until then, and nothing else either. */
  readonly blockedUntilMs: number;
  /** Muted in all rooms until then; no exemption helps. */
  readonly mutedUntilMs: number;
  /** Tokens issued before this are revoked. */
  readonly tokensValidFromMs: number;
  /** Since when the account is deactivated: as a block without end. */
  readonly deactivatedAtMs: number;
}

/**
 * All that holds for a user over all connections and in all rooms, on one row: so whether the user may do something is
 * one conditional write.
 */
export interface Access extends Restrictions {
  /** Changes with each write of the row; 0 = there is none. */
  readonly revision: number;
  readonly turns: Turns;
  /** What the user has sent lately, oldest first. */
  readonly sends: readonly SendMark[];
  /** To rooms in slow mode, the last of each room. */
  readonly slowSends: readonly SlowSend[];
  /** Connections that were force-closed lately. */
  readonly forceClosed: readonly ForceClosedMark[];
}

export interface ForceClosedMark {
  readonly connectionId: ConnectionId;
  readonly atMs: number;
}

/** After this, an eventually consistent read of the connection's row shows that it was force-closed. */
export const FORCE_CLOSED_KEPT_MS = 60_000;

export const fullAccess: Access = {
  ...{ blockedUntilMs: 0, mutedUntilMs: 0, tokensValidFromMs: 0, deactivatedAtMs: 0 },
  ...{ revision: 0, turns: {}, sends: [], slowSends: [], forceClosed: [] },
};

export const isForceClosed = ({ forceClosed }: Access, connectionId: ConnectionId): boolean =>
  forceClosed.some((mark) => mark.connectionId === connectionId);

/** Does the row say what must not be forgotten? The rest is of no use after minutes. */
export const isRestricted = (access: Restrictions, nowMs: number): boolean =>
  access.tokensValidFromMs > 0 || isLockedOut(access, nowMs) || nowMs < access.mutedUntilMs;

/** May they do nothing at all? */
export const isLockedOut = ({ blockedUntilMs, deactivatedAtMs }: Restrictions, nowMs: number): boolean =>
  deactivatedAtMs > 0 || nowMs < blockedUntilMs;

/** What an app server says about a user when it asks for a token. */
export interface Profile {
  readonly userId: string;
  readonly name: string;
  readonly portraitUri: string;
  readonly createdAtMs: number;
}
