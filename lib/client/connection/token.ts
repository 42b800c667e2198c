/** What the client reads from its own token; only the server verifies it. */
export interface TokenClaims {
  readonly userId: string;
  /** undefined = never expires */
  readonly expiresAtMs: number | undefined;
  /** How long it is valid from its issue; undefined = the token does not say. */
  readonly lifeMs: number | undefined;
  /** The app keys that it is for; undefined = the token does not say. */
  readonly appKeys: readonly unknown[] | undefined;
}

/** Reads the payload of a JWT without verifying it; undefined if it is not a JWT or names no user. */
export function readToken(token: string): TokenClaims | undefined {
  try {
    const claims: unknown = JSON.parse(textOf(token.split('.')[1] ?? ''));
    if (typeof claims !== 'object' || claims === null || !('sub' in claims)) return undefined;
    if (typeof claims.sub !== 'string' || claims.sub === '') return undefined;
    const { exp, iat, aud } = claims as { readonly exp?: unknown; readonly iat?: unknown; readonly aud?: unknown };
    const expiresAtMs = typeof exp === 'number' ? exp * 1000 : undefined;
    const lifeMs = expiresAtMs === undefined || typeof iat !== 'number' ? undefined : expiresAtMs - iat * 1000;
    return { userId: claims.sub, expiresAtMs, lifeMs, appKeys: aud === undefined ? undefined : [aud].flat() };
  } catch {
    return undefined;
  }
}

const BASE64_URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** Decodes base64url of UTF-8 with what every runtime has: some lack `atob`, some a TextDecoder. */
function textOf(encoded: string): string {
  let escaped = '';
  let bits = 0;
  let bitCount = 0;
  for (const character of encoded.replace(/=+$/, '').replaceAll('+', '-').replaceAll('/', '_')) {
    const value = BASE64_URL.indexOf(character);
    if (value < 0) throw new SyntaxError(character);
    bits = ((bits << 6) | value) & 0xffff;
    bitCount += 6;
    if (bitCount < 8) continue;
    bitCount -= 8;
    escaped += `%${((bits >> bitCount) & 0xff).toString(16).padStart(2, '0')}`;
  }
  return decodeURIComponent(escaped);
}
