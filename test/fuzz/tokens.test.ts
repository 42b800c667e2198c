import { createHmac } from 'node:crypto';
import { expect, it } from 'vitest';
import { authorizeHandler } from '../../lib/handlers/authorize.ts';
import { issueToken, verifyToken } from '../../lib/handlers/token.ts';
import { inForce } from '../server-api/api-caller.ts';
import { type Draw, drawsOf, pick } from './draw.ts';
import { bendText, oddName, oddValue } from './odd-values.ts';

const [APP_KEY, SECRET, NOW_MS] = ['fuzz-app', 'a-secret-of-the-app', 1_800_000_000_000];
const INPUTS = 4000;

const encoded = (text: string) => Buffer.from(text).toString('base64url');
/** One member of a JSON object: another value, missing, or doubled. */
function bendObject(draw: Draw, text: string): string {
  const members = Object.entries(JSON.parse(text) as Record<string, unknown>);
  const at = draw(members.length);
  const pairs = members.map(([name, value]) => `"${name}":${JSON.stringify(value)}`);
  const [name = 'x'] = members[at] ?? [];
  const instead = [[], [`"${name}":${oddValue(draw)}`], [pairs[at] ?? '', `"${name}":${oddValue(draw)}`]];
  const extra = draw(4) === 0 ? [`"${oddName(draw)}":${oddValue(draw)}`] : [];
  return `{${[...pairs.toSpliced(at, 1, ...pick(draw, instead)), ...extra].join()}}`;
}

/** A token of another header, other claims or another signature; the claims may be signed right. */
function bentToken(draw: Draw, token: string): { readonly token: string; readonly isSignedRight: boolean } {
  const [header = '', claims = '', signature = ''] = token.split('.');
  const decoded = (part: string) => Buffer.from(part, 'base64url').toString();
  const algorithms = ['none', 'None', 'HS512', 'RS256', 'hs256', ''];
  switch (draw(6)) {
    case 0:
      return { token: bendText(draw, token), isSignedRight: false };
    case 1: {
      const other = encoded(JSON.stringify({ alg: pick(draw, algorithms) }));
      return { token: `${other}.${claims}.${pick(draw, ['', signature])}`, isSignedRight: false };
    }
    case 2:
      return { token: `${header}.${encoded(bendObject(draw, decoded(claims)))}.${signature}`, isSignedRight: false };
    case 3:
      return { token: `${encoded(bendObject(draw, decoded(header)))}.${claims}.${signature}`, isSignedRight: false };
    default: {
      const own = `${header}.${encoded(bendObject(draw, decoded(claims)))}`;
      const key = `doorman/token/${SECRET}`;
      return { token: `${own}.${createHmac('sha256', key).update(own).digest('base64url')}`, isSignedRight: true };
    }
  }
}

/** The same text is signed, and the signature has the same bytes: blanks in base64 are ignored. */
function isSameToken(one: string, other: string): boolean {
  const [first = '', second = ''] = [one, other].map((text) => text.slice(0, text.lastIndexOf('.')));
  const [bytes, otherBytes] = [one, other].map((text) => Buffer.from(text.split('.').at(-1) ?? '', 'base64url'));
  return first === second && bytes !== undefined && otherBytes !== undefined && bytes.equals(otherBytes);
}

it('accepts no token that the secret has not signed, and throws for none', async () => {
  const token = await issueToken('ann', APP_KEY, SECRET, NOW_MS, 3600);
  const seen = { accepted: 0, refused: 0 };
  for (let index = 0; index < INPUTS; index += 1) {
    const bent = bentToken(drawsOf(5, index), token);
    const verified = await verifyToken(bent.token, APP_KEY, [SECRET], NOW_MS);
    seen[verified.ok ? 'accepted' : 'refused'] += 1;
    if (!verified.ok) continue;
    if (!(bent.isSignedRight || isSameToken(bent.token, token)))
      throw new Error(`token ${index} is accepted: ${bent.token}`);
    expect(verified).toMatchObject({ userId: expect.stringMatching(/^[A-Za-z0-9_+=-]{1,64}$/) });
    expect(verified.expiresAtMs).toBeGreaterThan(NOW_MS);
    expect(verified.issuedAtMs).toBeLessThanOrEqual(NOW_MS);
  }
  expect(seen.accepted).toBeGreaterThan(0);
  expect(seen.refused).toBeGreaterThan(INPUTS / 2);
});

it('answers every handshake with a policy or with Unauthorized', async () => {
  const token = await issueToken('ann', APP_KEY, SECRET, NOW_MS, 3600);
  const secrets = inForce([SECRET, 'former-secret']);
  const authorize = authorizeHandler({ secretsAt: () => secrets, appKey: APP_KEY, allowedOrigins: [] });
  for (let index = 0; index < INPUTS / 4; index += 1) {
    const draw = drawsOf(6, index);
    const { token: offered } = bentToken(draw, token);
    const protocols = bendText(draw, `doorman.v1, token.${offered}`);
    const requestContext = { connectionId: 'c1', requestTimeEpoch: NOW_MS };
    const event = { methodArn: 'arn', requestContext, headers: { 'Sec-WebSocket-Protocol': protocols } };
    const answered = authorize(event).then(
      ({ principalId }) => principalId,
      (fault: Error) => fault.message,
    );
    expect(await answered).toMatch(/^(Unauthorized|[A-Za-z0-9_+=-]{1,64})$/);
  }
});
