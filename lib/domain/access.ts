/** What an app server has laid down for one user in all rooms. Times in ms since 1970; 0 = never was. */
export interface Access {
  /** No connecting until then, and no sending. */
  readonly blockedUntilMs: number;
  /** Muted in all rooms until then; no exemption helps. */
  readonly mutedUntilMs: number;
  /** Tokens issued before this are worth nothing. */
  readonly tokensFromMs: number;
}

export const fullAccess: Access = { blockedUntilMs: 0, mutedUntilMs: 0, tokensFromMs: 0 };

/** What an app server told of a user when it asked for a token. */
export interface Profile {
  readonly userId: string;
  readonly name: string;
  readonly portraitUri: string;
  readonly createdAtMs: number;
}
