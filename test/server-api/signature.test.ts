import { describe, expect, it } from 'vitest';
import type { Settings } from '../../lib/domain/settings.ts';
import { signRequest } from '../../lib/server-api/index.ts';
import type { Secrets } from '../../lib/server-api/secrets.ts';
import { checkSignature } from '../../lib/server-api/signature.ts';
import { apiDeps, inForce, serve } from './api-caller.ts';
import { NOW_MS, recordingDeps } from './recording-store.ts';
import { signedCall, strongCall } from './signed-call.ts';
import { sha1Hex, usedOnce } from './signing.ts';

const signed = (secret = 'new-secret') => signedCall('/', '', secret).headers;
const refusedWith = (code: number) => expect.objectContaining({ statusCode: 401, code });
const accepted = undefined;

interface Given {
  readonly settings?: Partial<Settings>;
  readonly secrets?: Secrets;
  readonly store?: Parameters<typeof recordingDeps>[0];
}

const check = (headers: Readonly<Record<string, string | undefined>>, { settings, secrets, store }: Given = {}) => {
  const d = { ...apiDeps(recordingDeps(store, settings).deps), ...(secrets && { secrets: inForce(secrets) }) };
  return checkSignature(d, { ...signedCall('/', ''), headers });
};

describe("RongCloud's signature", () => {
  it('is the SHA-1 of secret, nonce and timestamp', async () => {
    // printf 'secret12' | sha1sum
    const signature = 'e9424e7e2a8860a0d3198a794e94222d7a1083d2';
    const headers = { 'app-key': 'unit-app', nonce: '1', timestamp: '2', signature };
    await expect(check(headers, { secrets: ['secret'] })).resolves.toBe(accepted);
  });

  it('is accepted by every secret in force and by no other', async () => {
    await expect(check(signed('old-secret'))).resolves.toBe(accepted);
    await expect(check(signed('new-secret'))).resolves.toBe(accepted);
    await expect(check(signed('other'))).rejects.toEqual(refusedWith(1004));
    await expect(check(signed('old-secret'), { secrets: ['new-secret'] })).rejects.toEqual(refusedWith(1004));
  });

  it('is accepted in headers with the prefix RC-, and not with both', async () => {
    const prefixed = Object.fromEntries(Object.entries(signed()).map(([name, value]) => [`rc-${name}`, value]));
    await expect(check(prefixed)).resolves.toBe(accepted);
    for (const [name, value] of Object.entries(signed())) {
      await expect(check({ ...prefixed, [name]: value })).rejects.toEqual(refusedWith(1004));
    }
  });

  it('is refused with the name of the missing or malformed header', async () => {
    const why = async (change: Record<string, string | undefined>) => {
      const headers = { ...signed(), ...change };
      const error: unknown = await check(headers).catch((fault: unknown) => fault);
      const { code, message } = error as { code: number; message: string };
      return [code, message.replace('unable to accept the call; ', '')];
    };
    for (const none of [undefined, '']) {
      expect(await why({ 'app-key': none })).toEqual([1001, 'App-Key is missing']);
      expect(await why({ nonce: none })).toEqual([1004, 'Nonce is missing']);
      expect(await why({ timestamp: none })).toEqual([1004, 'Timestamp is missing']);
      expect(await why({ signature: none })).toEqual([1004, 'Signature is missing']);
    }
    expect(await why({ 'app-key': 'other' })).toEqual([1001, 'the app key is wrong']);
    expect(await why({ 'rc-nonce': '1' })).toEqual([1004, 'Nonce is given more than once']);
    expect(await why({ nonce: 'a b' })).toEqual([1004, 'Nonce must be 1 to 64 of ASCII without blank and comma']);
    expect(await why({ timestamp: 'now' })).toEqual([1004, 'Timestamp must be 1 to 16 digits']);
    expect(await why({ signature: 'abc' })).toEqual([1004, 'Signature must be 40 digits of hex']);
    expect(await why({ signature: 'a'.repeat(40) })).toEqual([1004, 'the signature is wrong']);
  });

  it('is accepted again: the SDK sends the same nonce with every call', async () => {
    await expect(check(signed())).resolves.toBe(accepted);
    await expect(check(signed())).resolves.toBe(accepted);
  });

  it.each(['nonce', 'timestamp', 'signature'])('is refused without %s', async (name) => {
    await expect(check({ ...signed(), [name]: '' })).rejects.toEqual(refusedWith(1004));
    await expect(check({ ...signed(), [name]: undefined })).rejects.toEqual(refusedWith(1004));
  });

  it.each(['nonce', 'timestamp'])('is refused when %s is changed or given twice', async (name) => {
    await expect(check({ ...signed(), [name]: '1' })).rejects.toEqual(refusedWith(1004));
    const twice = `${signed()[name]},${signed()[name]}`;
    const signature = sha1Hex(
      `new-secret${name === 'nonce' ? twice : '826526'}${name === 'nonce' ? '1795396857' : twice}`,
    );
    await expect(check({ ...signed(), [name]: twice, signature })).rejects.toEqual(refusedWith(1004));
  });

  it('is refused when one digit differs, and when it is shorter or longer', async () => {
    const { signature = '' } = signed();
    const flipped = signature.slice(0, -1) + (signature.endsWith('0') ? '1' : '0');
    for (const wrong of [flipped, signature.slice(2), `${signature}00`, `${signature} `, 'zz'.repeat(20)]) {
      await expect(check({ ...signed(), signature: wrong })).rejects.toEqual(refusedWith(1004));
    }
  });

  it('is refused when its nonce has other characters than ASCII, which could extend the SHA-1', async () => {
    for (const nonce of ['a\u0080', 'a\u0000', 'a b', 'a,b', 'a'.repeat(65)]) {
      const headers = { ...signed(), nonce, signature: sha1Hex(`new-secret${nonce}1795396857`) };
      await expect(check(headers)).rejects.toEqual(refusedWith(1004));
    }
    const nonce = '0.8142~!'.padEnd(64, 'x');
    const headers = { ...signed(), nonce, signature: sha1Hex(`new-secret${nonce}1795396857`) };
    await expect(check(headers)).resolves.toBe(accepted);
  });

  it('is never checked with an empty secret, alone or beside another', async () => {
    const empty = 'unable to derive a key; the secret is empty';
    for (const secrets of [[''], ['new-secret', ''], ['', 'new-secret']] as const) {
      await expect(check(signed(''), { secrets })).rejects.toThrow(empty);
      await expect(check(signed('new-secret'), { secrets })).rejects.toThrow(empty);
    }
  });

  it('is refused with another app key', async () => {
    for (const appKey of ['other', '', 'unit-app,unit-app', 'UNIT-APP']) {
      await expect(check({ ...signed(), 'app-key': appKey })).rejects.toEqual(refusedWith(1001));
    }
  });
});

describe('the age of a signature', () => {
  const maxAge = { settings: { signatureMaxAgeSec: 60 } };
  const at = (timestamp: number) => {
    const signature = sha1Hex(`new-secret1${timestamp}`);
    return { 'app-key': 'unit-app', nonce: '1', timestamp: `${timestamp}`, signature };
  };

  it.each([
    ['now, in ms', NOW_MS],
    ['60 s old, in ms', NOW_MS - 60_000],
    ['60 s ahead, in ms', NOW_MS + 60_000],
    ['59 s old, in s', Math.floor(NOW_MS / 1000) - 59],
    ['60 s ahead, in s', Math.floor(NOW_MS / 1000) + 60],
  ])('is accepted %s', async (_when, timestamp) => {
    await expect(check(at(timestamp), maxAge)).resolves.toBe(accepted);
  });

  it.each([
    ['60.001 s old, in ms', NOW_MS - 60_001],
    ['60.001 s ahead, in ms', NOW_MS + 60_001],
    ['60.678 s old, in s', Math.floor(NOW_MS / 1000) - 60],
    ['60.322 s ahead, in s', Math.floor(NOW_MS / 1000) + 61],
    ['of 1970', 1],
    ['without end', 9_007_199_254_740_991],
  ])('is refused %s', async (_when, timestamp) => {
    await expect(check(at(timestamp), maxAge)).rejects.toEqual(refusedWith(1004));
    await expect(check(at(timestamp))).resolves.toBe(accepted);
  });
});

describe('a nonce that works once', () => {
  const once = (store: Given['store'], signatureMaxAgeSec = 0) =>
    ({ store, settings: { singleUseNonces: true, signatureMaxAgeSec } }) as const;
  const headersOf = (nonce: string, timestamp: string) => ({
    'app-key': 'unit-app',
    nonce,
    timestamp,
    signature: sha1Hex(`new-secret${nonce}${timestamp}`),
  });

  it('is refused again, also with nonce and timestamp divided differently', async () => {
    const { store } = usedOnce();
    await expect(check(headersOf('826526', '1795396857'), once(store))).resolves.toBe(accepted);
    await expect(check(headersOf('826526', '1795396857'), once(store))).rejects.toEqual(refusedWith(1004));
    const divided = { ...headersOf('826526', '1795396857'), nonce: '82652', timestamp: '61795396857' };
    expect(divided.signature).toBe(headersOf('82652', '61795396857').signature);
    await expect(check(divided, once(store))).rejects.toEqual(refusedWith(1004));
  });

  it('may be used again with another time', async () => {
    const { store } = usedOnce();
    await expect(check(headersOf('826526', '1795396857'), once(store))).resolves.toBe(accepted);
    await expect(check(headersOf('826526', '1795396858'), once(store))).resolves.toBe(accepted);
  });

  it('is not used up by a refused call', async () => {
    const { store } = usedOnce();
    const wrong = { ...headersOf('826526', '1795396857'), signature: '0'.repeat(40) };
    await expect(check(wrong, once(store))).rejects.toEqual(refusedWith(1004));
    await expect(check(headersOf('826526', '1795396857'), once(store))).resolves.toBe(accepted);
  });

  it('is kept for longer than its signature is valid', async () => {
    const [aged, ageless] = [usedOnce(), usedOnce()];
    await check(headersOf('1', `${NOW_MS}`), once(aged.store, 60));
    await check(headersOf('1', `${NOW_MS}`), once(ageless.store));
    expect([aged.expiries, ageless.expiries]).toEqual([[NOW_MS + 120_000], [NOW_MS + 86_400_000]]);
  });
});

describe('what a signature covers', () => {
  const path = '/user/refresh.json';
  const kept: unknown[] = [];
  const store = { setProfile: async (user: string, change: object) => void kept.push([user, change.valueOf()]) };

  it("is neither path nor body in RongCloud's form: both can be replaced", async () => {
    const captured = signedCall('/chatroom/get.json', 'chatroomId=r1');
    const altered = { ...captured, path, bodyBytes: Buffer.from('userId=victim&name=altered') };
    expect((await serve(recordingDeps(store).deps, altered)).statusCode).toBe(200);
    expect(kept).toEqual([['victim', { name: 'altered' }]]);
    const { deps } = recordingDeps({}, { strongSignaturesOnly: true });
    const errorMessage = 'unable to accept the call; Signature-Version must be doorman-hmac-sha256-v1';
    for (const request of [captured, altered]) {
      expect((await serve(deps, request)).body).toEqual({ code: 1004, errorMessage });
    }
  });

  it("is accepted in Doorman's form beside RongCloud's, and alone", async () => {
    for (const strongSignaturesOnly of [false, true]) {
      const used = usedOnce();
      const { deps } = recordingDeps({ ...store, ...used.store }, { strongSignaturesOnly });
      const request = strongCall({ path, body: 'userId=u1&name=n', nonce: 'n1', timestampMs: NOW_MS });
      expect((await serve(deps, request)).statusCode).toBe(200);
    }
  });

  it('never matches in the other form', async () => {
    const strong = signRequest({
      ...{ method: 'POST', target: '/', body: '', appKey: 'unit-app', secret: 'new-secret' },
      ...{ nonce: '826526', timestampMs: NOW_MS },
    });
    const values = { 'app-key': 'unit-app', nonce: '826526', timestamp: `${NOW_MS}`, signature: strong.Signature };
    await expect(check(values)).rejects.toEqual(refusedWith(1004));
    const weak = { ...values, signature: sha1Hex(`new-secret826526${NOW_MS}`) };
    await expect(check(weak)).resolves.toBe(accepted);
    for (const version of ['doorman-hmac-sha256-v1', 'doorman-hmac-sha256-v2', 'sha1', ' ']) {
      await expect(check({ ...weak, 'signature-version': version })).rejects.toEqual(refusedWith(1004));
    }
  });
});
