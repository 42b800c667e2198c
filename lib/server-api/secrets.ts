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
 * The secret, to derive a key from. Its readers check its form; this is the last line of defence, next to every
 * derivation.
 * @throws Error if it is empty: everybody could derive the same key.
 */
export function requireSecret(secret: string): string {
  // Does not trust the type: a secret that is not set may arrive as undefined.
  if (typeof secret !== 'string' || secret === '') throw new Error('unable to derive a key; the secret is empty');
  return secret;
}
