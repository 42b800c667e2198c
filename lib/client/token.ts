/** What the client reads of its own token; only the server verifies it. */
export interface TokenClaims {
  readonly userId: string;
  /** undefined = never expires */
  readonly expiresAtMs: number | undefined;
}

/** Reads the payload of a JWT without verifying it; undefined if it is none or names no user. */
export function readToken(token: string): TokenClaims | undefined {
  try {
    const payload = (token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/');
    const bytes = Uint8Array.from(atob(payload), (character) => character.charCodeAt(0));
    const claims: unknown = JSON.parse(new TextDecoder().decode(bytes));
    if (typeof claims !== 'object' || claims === null || !('sub' in claims)) return undefined;
    if (typeof claims.sub !== 'string' || claims.sub === '') return undefined;
    const expiresAtMs = 'exp' in claims && typeof claims.exp === 'number' ? claims.exp * 1000 : undefined;
    return { userId: claims.sub, expiresAtMs };
  } catch {
    return undefined;
  }
}
