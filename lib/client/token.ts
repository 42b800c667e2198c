/** What the client reads from its own token; only the server verifies it. */
export interface TokenClaims {
  readonly userId: string;
  /** undefined = never expires */
  readonly expiresAtMs: number | undefined;
}

/** Reads the payload of a JWT without verifying it; undefined if it is not a JWT or names no user. */
export function readToken(token: string): TokenClaims | undefined {
  try {
    const payload = (token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/');
    const claims: unknown = JSON.parse(utf8Text(atob(payload)));
    if (typeof claims !== 'object' || claims === null || !('sub' in claims)) return undefined;
    if (typeof claims.sub !== 'string' || claims.sub === '') return undefined;
    const expiresAtMs = 'exp' in claims && typeof claims.exp === 'number' ? claims.exp * 1000 : undefined;
    return { userId: claims.sub, expiresAtMs };
  } catch {
    return undefined;
  }
}

/** Decodes UTF-8 from the result of `atob`, one character per byte: React Native has no TextDecoder. */
function utf8Text(bytes: string): string {
  const escaped = Array.from(bytes, (byte) => `%${byte.charCodeAt(0).toString(16).padStart(2, '0')}`);
  return decodeURIComponent(escaped.join(''));
}
