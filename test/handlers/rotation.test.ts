import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { authorizeHandler } from '../../lib/handlers/authorize.ts';
import { serverApiHandler } from '../../lib/handlers/server-api.ts';
import { issueToken, verifyToken } from '../../lib/handlers/token.ts';
import { webhookCallOf } from '../../lib/handlers/webhook-call.ts';
import { recordingDeps } from '../server-api/recording-store.ts';
import { usedOnce } from '../server-api/signing.ts';
import { APP_KEY, AT_MS, connectEventOf, strongCallBy, weakCallBy } from './forging.ts';
import { keeperOf, NEW, OLD, type StoredSecret, storedSecret, textOf } from './kept-secret.ts';

const TOKEN_LIFE_SEC = 3600;
const BOTH = [NEW, OLD];

/** One environment of each Lambda that uses the secret; each reads it at its own time. */
function environment(secret: StoredSecret) {
  const { deps } = recordingDeps({ setProfile: async () => undefined, ...usedOnce().store });
  let nowMs = 0;
  const ofAuthorizer = keeperOf(secret).secretsAt;
  const ofServerApi = keeperOf(secret).secretsAt;
  const ofWebhook = keeperOf(secret).secretsAt;
  const authorize = authorizeHandler({ secretsAt: ofAuthorizer, appKey: APP_KEY, allowedOrigins: [] });
  const serve = serverApiHandler({
    depsAt: (eventMs) => ({ ...deps, now: () => eventMs }),
    secretsAt: ofServerApi,
    appKey: APP_KEY,
    tokenLifeSec: TOKEN_LIFE_SEC,
  });
  const url = 'https://app.example.com/';
  const callOf = webhookCallOf({
    ...{ url, appKey: APP_KEY, secretsAt: ofWebhook },
    ...{ now: () => nowMs, randomId: () => 'n' },
  });
  const ask = async (secretOfCaller: string, atMs: number) =>
    serve(weakCallBy(secretOfCaller, '/user/getToken.json', 'userId=ann&name=A', atMs));
  const connects = (token: string, atMs: number) =>
    authorize(connectEventOf(token, atMs)).then(
      () => true,
      (fault: Error) => fault.message,
    );
  return {
    /** An attacker tries a guess, so that the secret may not be read again for a while. */
    isPestered: async (atMs: number) => {
      await ask('guessed', atMs);
      await connects('guessed', atMs);
    },
    /** Which of the two signs the tokens for a caller that signs with `by`. */
    issues: async (by: string, atMs: number) => {
      const { token } = JSON.parse((await ask(by, atMs)).body) as { token: string };
      const isBy = async (signer: string) => (await verifyToken(token, APP_KEY, [signer], atMs)).ok;
      return { token, by: (await isBy(NEW)) ? NEW : (await isBy(OLD)) && OLD };
    },
    connects,
    /** What callers that sign with the secret get, in either form. */
    serves: async (by: string, atMs: number) => {
      const path = '/user/getToken.json';
      const body = 'userId=u1&name=U';
      const calls = [weakCallBy(by, path, body, atMs), strongCallBy(by, path, body, atMs)];
      const answers = [];
      for (const call of calls) answers.push((await serve(call)).statusCode);
      return answers;
    },
    posts: async (atMs: number) => {
      nowMs = atMs;
      return (await callOf([]))();
    },
  };
}

/** The app's server gets a call of the webhook: it tries the secrets that it knows. */
function receives(known: readonly string[], call: { readonly url: string }): string | undefined {
  const { nonce, timestamp, signature } = Object.fromEntries(new URL(call.url).searchParams);
  return known.find((secret) => signature === createHash('sha1').update(`${secret}${nonce}${timestamp}`).digest('hex'));
}

const tokenBy = (secret: string, atMs: number) => issueToken('ann', APP_KEY, secret, atMs, TOKEN_LIFE_SEC);

const served = [200, 200];

describe('a rotation, step by step', () => {
  it('refuses nobody who uses a secret in force, whatever others send in between', async () => {
    const secret = storedSecret(textOf(OLD));
    const warm = environment(secret);
    expect(await warm.serves(OLD, AT_MS)).toEqual(served);
    const oldToken = await warm.issues(OLD, AT_MS);
    expect([oldToken.by, await warm.connects(oldToken.token, AT_MS)]).toEqual([OLD, true]);
    // Step 1: the app's server knows both, before anything is signed with the new one.
    expect(receives(BOTH, await warm.posts(AT_MS))).toBe(OLD);

    // Step 2: the new one is accepted, and a minute later everywhere.
    secret.text = textOf(OLD, NEW);
    const acceptedMs = AT_MS + 60_000;
    await warm.isPestered(acceptedMs);
    for (const by of BOTH) expect(await warm.serves(by, acceptedMs)).toEqual(served);
    expect((await warm.issues(NEW, acceptedMs)).by).toBe(OLD);
    expect(receives(BOTH, await warm.posts(acceptedMs))).toBe(OLD);

    // Step 3: the new one signs; at once where a Lambda starts, within a minute where one has read the secret before.
    secret.text = textOf(NEW, OLD);
    const fresh = environment(secret);
    const newToken = await fresh.issues(NEW, acceptedMs + 1);
    expect([newToken.by, (await warm.issues(NEW, acceptedMs + 1)).by]).toEqual([NEW, OLD]);
    for (const each of [warm, fresh]) {
      await each.isPestered(acceptedMs + 1);
      for (const { token } of [oldToken, newToken]) expect(await each.connects(token, acceptedMs + 1)).toBe(true);
      for (const by of BOTH) expect(await each.serves(by, acceptedMs + 1)).toEqual(served);
      expect(BOTH).toContain(receives(BOTH, await each.posts(acceptedMs + 1)));
    }
    const signedMs = acceptedMs + 60_001;
    expect((await warm.issues(OLD, signedMs)).by).toBe(NEW);
    expect(receives(BOTH, await warm.posts(signedMs))).toBe(NEW);

    // Step 4: callers sign with the new one, and the last token of the old one expires.
    const lastToken = await tokenBy(OLD, signedMs);
    const expiredMs = signedMs + TOKEN_LIFE_SEC * 1000;
    expect(await warm.connects(lastToken, expiredMs - 1000)).toBe(true);
    expect(await warm.connects(lastToken, expiredMs)).toBe('Unauthorized');

    // Step 5: the old one is removed, and opens nothing a minute later.
    const { token } = await warm.issues(NEW, expiredMs);
    secret.text = textOf(NEW);
    const endMs = expiredMs + 60_000;
    expect([await warm.connects(token, endMs), await warm.serves(NEW, endMs)]).toEqual([true, served]);
    expect(await warm.serves(OLD, endMs)).toEqual([401, 401]);
    expect(await warm.connects(await tokenBy(OLD, endMs), endMs)).toBe('Unauthorized');
    expect(receives([NEW], await warm.posts(endMs))).toBe(NEW);
  });

  it('accepts the new one at once even if the second step was skipped', async () => {
    const secret = storedSecret(textOf(OLD));
    const warm = environment(secret);
    expect(await warm.serves(OLD, AT_MS)).toEqual(served);
    expect(await warm.connects(await tokenBy(OLD, AT_MS), AT_MS)).toBe(true);
    secret.text = textOf(NEW, OLD);
    const { token, by } = await environment(secret).issues(OLD, AT_MS + 1);
    expect([by, await warm.connects(token, AT_MS + 1)]).toEqual([NEW, true]);
    for (const each of BOTH) expect(await warm.serves(each, AT_MS + 1)).toEqual(served);
  });

  it('ends a leaked secret within a minute, everywhere, and the new one works at once', async () => {
    const secret = storedSecret(textOf(OLD));
    const warm = environment(secret);
    const stolen = await tokenBy(OLD, AT_MS);
    expect(await warm.connects(stolen, AT_MS)).toBe(true);
    expect(await warm.serves(OLD, AT_MS)).toEqual(served);
    expect(receives([OLD], await warm.posts(AT_MS))).toBe(OLD);

    secret.text = textOf(NEW);
    const soonMs = AT_MS + 59_999;
    // A Lambda that has read the old one before still accepts it.
    expect(await warm.connects(stolen, soonMs)).toBe(true);
    expect(await warm.serves(OLD, soonMs)).toEqual(served);
    const fresh = environment(secret);
    expect(await fresh.connects(stolen, soonMs)).toBe('Unauthorized');
    expect(await fresh.serves(OLD, soonMs)).toEqual([401, 401]);

    const endMs = AT_MS + 60_000;
    for (const each of [warm, fresh]) {
      expect(await each.connects(stolen, endMs)).toBe('Unauthorized');
      expect(await each.serves(OLD, endMs)).toEqual([401, 401]);
      expect(await each.serves(NEW, endMs)).toEqual(served);
      expect(receives([NEW], await each.posts(endMs))).toBe(NEW);
    }
  });

  it('the first use of the new one ends the old one in that Lambda', async () => {
    const secret = storedSecret(textOf(OLD));
    const warm = environment(secret);
    expect(await warm.serves(OLD, AT_MS)).toEqual(served);
    secret.text = textOf(NEW);
    expect(await warm.serves(NEW, AT_MS + 1)).toEqual(served);
    expect(await warm.serves(OLD, AT_MS + 1)).toEqual([401, 401]);
  });

  it('a wrong signature makes no Lambda read the secret more often than every ten seconds', async () => {
    const secret = storedSecret(textOf(OLD));
    const warm = environment(secret);
    await warm.serves(OLD, AT_MS);
    await warm.connects(await tokenBy(OLD, AT_MS), AT_MS);
    expect(secret.reads).toBe(2);
    const [fromMs, untilMs] = [AT_MS, AT_MS + 30_000];
    for (let atMs = fromMs; atMs < untilMs; atMs += 500) {
      expect(await warm.serves('guessed', atMs)).toEqual([401, 401]);
      expect(await warm.connects('guessed', atMs)).toBe('Unauthorized');
    }
    // Two Lambdas, each at once, after 10 s and after 20 s.
    expect(secret.reads).toBe(2 + 2 * 3);
  });
});
