import { describe, expect, it } from 'vitest';
import { authorizeHandler } from '../../lib/handlers/authorize.ts';
import { serverApiHandler } from '../../lib/handlers/server-api.ts';
import { issueToken, verifyToken } from '../../lib/handlers/token.ts';
import { webhookHandler } from '../../lib/handlers/webhook.ts';
import { webhookCallOf } from '../../lib/handlers/webhook-call.ts';
import { recordingDeps } from '../server-api/recording-store.ts';
import { usedOnce } from '../server-api/signing.ts';
import { APP_KEY, AT_MS, connectEventOf, strongCallBy, tokenBy, weakCallBy } from './forging.ts';
import { keptSecret, NEW, OLD, textOf } from './kept-secret.ts';
import { guessesOf, malformedSecrets } from './malformed-secrets.ts';

const PATH = '/user/getToken.json';
const BODY = 'userId=mallory&name=M';

/** The three handlers that use the secret, with one text of it. */
function usersOf(text: string | undefined) {
  const kept = keptSecret(text);
  const { secretsAt } = kept;
  const { deps } = recordingDeps({ setProfile: async () => undefined, ...usedOnce().store });
  const posted: unknown[] = [];
  const clock = { now: () => AT_MS, randomId: () => 'n' };
  return {
    ...kept,
    authorize: authorizeHandler({ secretsAt, appKey: APP_KEY, allowedOrigins: [] }),
    serve: serverApiHandler({
      depsAt: () => ({ ...deps, now: () => AT_MS }),
      secretsAt,
      appKey: APP_KEY,
      tokenLifeSec: 60,
    }),
    posted,
    deliver: webhookHandler({
      callOf: webhookCallOf({ url: 'https://app.example.com/', appKey: APP_KEY, secretsAt, ...clock }),
      post: async (callAt) => void posted.push(callAt()),
      onFault: () => undefined,
    }),
  };
}

/** The keys of tokens that follow from a guess. */
const keysOf = (guess: string): readonly string[] => [`doorman/token/${guess}`, guess];
const internal = { code: 1000, errorMessage: 'unable to serve the call; internal error' };

describe.each(malformedSecrets)('with a malformed secret (%s)', (_what, text) => {
  it('no token is accepted, and each try is an error in the log and in the metric of the alarm', async () => {
    const { authorize, faults, counted } = usersOf(text);
    const tokens = guessesOf(text).flatMap((guess) => keysOf(guess).map((key) => tokenBy(key)));
    for (const token of tokens) {
      await expect(authorize(connectEventOf(token))).rejects.toThrow(/^unable to use the app secret; /);
    }
    expect(tokens.length).toBeGreaterThan(20);
    expect(counted).toEqual(tokens.map(() => 'secretUnusable'));
    expect(faults).toHaveLength(tokens.length);
    for (const fault of faults) expect(fault).toMatch(/^unable to use the app secret: unable to use the app secret; /);
  });

  it('no call is served in either form, and each try is reported too', async () => {
    const { serve, faults, counted } = usersOf(text);
    const calls = guessesOf(text).flatMap((guess) => [weakCallBy(guess, PATH, BODY), strongCallBy(guess, PATH, BODY)]);
    for (const call of calls) {
      const { statusCode, body } = await serve(call);
      expect([statusCode, JSON.parse(body)]).toEqual([500, internal]);
    }
    expect([faults.length, counted.length]).toEqual([calls.length, calls.length]);
  });

  it('no event is posted: it stays in the queue', async () => {
    const { deliver, posted, counted } = usersOf(text);
    const { batchItemFailures } = await deliver({ Records: [{ messageId: 'm1', body: '[]' }] });
    expect([batchItemFailures, posted, counted]).toEqual([[{ itemIdentifier: 'm1' }], [], ['secretUnusable']]);
  });
});

describe('with a good secret', () => {
  it.each([NEW, OLD])('what is signed with %s is accepted by them, and nothing is reported', async (secret) => {
    const { authorize, serve, faults, counted } = usersOf(textOf(NEW, OLD));
    const connected = await authorize(connectEventOf(tokenBy(`doorman/token/${secret}`)));
    expect(connected.principalId).toBe('mallory');
    for (const call of [weakCallBy(secret, PATH, BODY), strongCallBy(secret, PATH, BODY)]) {
      expect((await serve(call)).statusCode).toBe(200);
    }
    expect([faults, counted]).toEqual([[], []]);
  });

  it('what is signed with a guess is refused with 401', async () => {
    const { authorize, serve, faults } = usersOf(textOf(NEW, OLD));
    for (const guess of guessesOf(undefined)) {
      for (const key of keysOf(guess)) {
        await expect(authorize(connectEventOf(tokenBy(key)))).rejects.toThrow(/^Unauthorized$/);
      }
      for (const call of [weakCallBy(guess, PATH, BODY), strongCallBy(guess, PATH, BODY)]) {
        expect((await serve(call)).statusCode).toBe(401);
      }
    }
    expect(faults).toEqual([]);
  });

  it('new tokens are signed with the newest', async () => {
    const { serve } = usersOf(textOf(NEW, OLD));
    const { token } = JSON.parse((await serve(weakCallBy(OLD, PATH, BODY))).body) as { token: string };
    expect(await verifyToken(token, APP_KEY, [NEW], AT_MS)).toMatchObject({ ok: true, userId: 'mallory' });
  });
});

describe('a key', () => {
  const empty = 'unable to derive a key; the secret is empty';

  it('is never derived from an empty secret, even if the checks before let it through', async () => {
    const token = tokenBy('doorman/token/');
    await expect(verifyToken(token, APP_KEY, [''], AT_MS)).rejects.toThrow(empty);
    await expect(verifyToken(token, APP_KEY, [NEW, ''], AT_MS)).rejects.toThrow(empty);
    expect(() => issueToken('ann', APP_KEY, '', AT_MS, 60)).toThrow(empty);
  });
});
