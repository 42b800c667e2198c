/** App secrets, newest first: the first one signs, and what any of them has signed is accepted. */
export type Secrets = readonly [string, ...string[]];

/** The app secrets in force: two while one is being replaced. */
export interface SecretsInForce {
  /** @throws where they cannot be read or are malformed: then nothing may be signed and nothing accepted. */
  current(): Promise<Secrets>;
  /** Reads them again, for a signature that matches no current one; undefined if that was done a moment ago. */
  renewed(): Promise<Secrets | undefined>;
}

/**
 * The secret, for a key to be derived from it. Who reads a secret checks its whole form; this is the last line of defence
 * beside every derivation.
 * @throws Error where it is empty: what is derived from it would be known to everybody.
 */
export function requireSecret(secret: string): string {
  // The type says what callers promise, and a slip in a secret is just what breaks promises.
  if (typeof secret !== 'string' || secret === '') throw new Error('unable to derive a key; the secret is empty');
  return secret;
}
