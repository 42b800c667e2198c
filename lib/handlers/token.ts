import { errors, type JWTPayload, jwtVerify, SignJWT } from 'jose';
import type { UserId } from '../protocol/ids.ts';
import { isUserId } from '../protocol/ids.ts';
import type { Sender } from '../protocol/message.ts';
import { readSender } from '../protocol/sender.ts';
import { requireSecret } from '../server-api/secrets.ts';

/** The app key is the audience: a token of one app is not valid in another. */
const ISSUER = 'doorman';

/** Tokens have a key of their own, so that the secret signs two kinds of things with two different keys. */
const keyOf = (secret: string) => new TextEncoder().encode(`doorman/token/${requireSecret(secret)}`);

export type VerifiedToken =
  | {
      readonly ok: true;
      readonly userId: UserId;
      readonly issuedAtMs: number;
      readonly expiresAtMs: number;
      readonly sender?: Sender;
    }
  | { readonly ok: false; readonly why: 'expired' | 'incorrect' };

/**
 * HS256 and nothing else; the header's alg, kid, jku and the like decide nothing. Secrets: the ones in force, newest
 * first.
 */
export async function verifyToken(
  token: string,
  appKey: string,
  secrets: readonly string[],
  nowMs: number,
): Promise<VerifiedToken> {
  for (const key of secrets.map(keyOf)) {
    try {
      const { payload } = await jwtVerify(token, key, {
        algorithms: ['HS256'],
        issuer: ISSUER,
        audience: appKey,
        requiredClaims: ['exp', 'iat', 'sub'],
        currentDate: new Date(nowMs),
        maxTokenAge: Number.MAX_SAFE_INTEGER,
      });
      const { sub, exp } = payload;
      const exactMs = issueTimeMs(payload);
      if (typeof sub === 'string' && isUserId(sub) && exactMs !== undefined && exp !== undefined) {
        const sender = readSender({ name: payload.name, portrait: payload.picture });
        const known = { userId: sub, issuedAtMs: exactMs, expiresAtMs: exp * 1000 };
        return { ok: true, ...known, ...(sender === undefined ? {} : { sender }) };
      }
      return { ok: false, why: 'incorrect' };
    } catch (fault) {
      if (fault instanceof errors.JWTExpired) return { ok: false, why: 'expired' };
    }
  }
  return { ok: false, why: 'incorrect' };
}

/**
 * The time of issue, to the millisecond if the token has it. It must lie in the second of `iat`, which is not in the
 * future: otherwise no time of issue could revoke a token that was forged with a leaked secret.
 */
function issueTimeMs({ iat = Number.NaN, issuedAtMs }: JWTPayload): number | undefined {
  const exactMs = issuedAtMs ?? iat * 1000;
  return typeof exactMs === 'number' && Math.floor(exactMs / 1000) === Math.floor(iat) ? exactMs : undefined;
}

/** `sender` is put on the user's messages as long as this token's connections last. */
export function issueToken(
  userId: string,
  appKey: string,
  secret: string,
  nowMs: number,
  lifeSec: number,
  sender?: Sender,
): Promise<string> {
  const about = {
    ...(sender?.name === undefined ? {} : { name: sender.name }),
    ...(sender?.portrait === undefined ? {} : { picture: sender.portrait }),
  };
  const nowSec = Math.floor(nowMs / 1000);
  return (
    // To the millisecond, unlike `iat`: tokens are revoked by the time of their issue.
    new SignJWT({ issuedAtMs: nowMs, ...about })
      .setProtectedHeader({ alg: 'HS256' })
      .setSubject(userId)
      .setIssuer(ISSUER)
      .setAudience(appKey)
      .setIssuedAt(nowSec)
      .setExpirationTime(nowSec + lifeSec)
      .sign(keyOf(secret))
  );
}
