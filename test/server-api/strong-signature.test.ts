import { createHash, createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type HttpRequest, serveServerApi, signRequest } from '../../lib/server-api/index.ts';
import type { Secrets } from '../../lib/server-api/secrets.ts';
import type { RoomStore } from '../../lib/store/room-store.ts';
import { useStore } from '../support/emulators.ts';
import { createWorld } from '../support/world.ts';
import { apiDeps, inForce, serve } from './api-caller.ts';
import { NOW_MS, recordingDeps } from './recording-store.ts';
import { strongCall } from './signed-call.ts';
import { usedOnce } from './signing.ts';

const store = useStore('dynoxide');
const path = '/chatroom/get.json';
const body = 'chatroomId=r1';
const WINDOW_MS = 300_000;

/** Serves with a store without rooms; an accepted call gives 'let in'. */
async function outcome(request: HttpRequest, more: Partial<RoomStore> = usedOnce().store, secrets?: Secrets) {
  const { deps } = recordingDeps({ getRoom: async () => undefined, ...more });
  const answer = await serveServerApi({ ...apiDeps(deps), ...(secrets && { secrets: inForce(secrets) }) }, request);
  const { code, errorMessage } = JSON.parse(answer.body) as { code: number; errorMessage: string };
  if (code === 1002) return 'let in';
  return `${answer.statusCode} ${code} ${errorMessage.replace('unable to accept the call; ', '')}`;
}

const at = (timestampMs: number, secret?: string) =>
  strongCall({ path, body, nonce: 'n1', timestampMs, ...(secret === undefined ? {} : { secret }) });

describe("Doorman's signature", () => {
  it('is the HMAC-SHA256 of what is sent, line by line', () => {
    const key = createHmac('sha256', 'the secret').update('doorman/server-api/v1').digest();
    const bodyHash = createHash('sha256').update('a=1&b=2').digest('hex');
    const lines = ['doorman-hmac-sha256-v1', 'POST', '/x.json?q=1', bodyHash, 'app', '1700000000000', 'n-1_A'];
    const expected = createHmac('sha256', key).update(lines.join('\n')).digest('hex');
    const signed = signRequest({
      ...{ method: 'POST', target: '/x.json?q=1', body: 'a=1&b=2', appKey: 'app', secret: 'the secret' },
      ...{ nonce: 'n-1_A', timestampMs: 1_700_000_000_000 },
    });
    expect(signed).toEqual({
      'App-Key': 'app',
      Nonce: 'n-1_A',
      Timestamp: '1700000000000',
      'Signature-Version': 'doorman-hmac-sha256-v1',
      Signature: expected,
    });
  });

  it.each([
    ['app-key', '401 1001 App-Key is missing'],
    ['nonce', '401 1004 Nonce is missing'],
    ['timestamp', '401 1004 Timestamp is missing'],
    ['signature', '401 1004 Signature is missing'],
  ])('is refused without %s, which the error names', async (name, expected) => {
    const request = at(NOW_MS);
    for (const none of [undefined, '']) {
      expect(await outcome({ ...request, headers: { ...request.headers, [name]: none } })).toBe(expected);
    }
  });

  it('covers the query and the bytes of the body', async () => {
    const bytes = Uint8Array.from([0, 0xff, 0x80, 0x0a]);
    const request = strongCall({ path, rawQuery: 'a=%20&b', body: bytes, nonce: 'n1', timestampMs: NOW_MS });
    expect(await outcome(request)).toBe('let in');
    expect(await outcome({ ...request, rawQuery: '' })).toBe('401 1004 the signature is wrong');
    const moved = { ...request, path: `${path}?a=%20&b`, rawQuery: '' };
    expect(await outcome(moved)).toBe('404 404 there is no such path');
  });

  it.each([
    ['now', NOW_MS, 'let in'],
    ['300 s old', NOW_MS - WINDOW_MS, 'let in'],
    ['300 s ahead', NOW_MS + WINDOW_MS, 'let in'],
    ['300.001 s old', NOW_MS - WINDOW_MS - 1, '401 1004 the signature is too old, or of the future'],
    ['300.001 s ahead', NOW_MS + WINDOW_MS + 1, '401 1004 the signature is too old, or of the future'],
  ])('of %s', async (_when, timestampMs, expected) => {
    expect(await outcome(at(timestampMs))).toBe(expected);
  });

  it('is accepted by both secrets while one is being replaced', async () => {
    const both = ['new-secret', 'old-secret'] as const;
    const { store: nonces } = usedOnce();
    expect(await outcome(at(NOW_MS, 'new-secret'), nonces, both)).toBe('let in');
    expect(await outcome(at(NOW_MS, 'old-secret'), usedOnce().store, both)).toBe('let in');
    expect(await outcome(at(NOW_MS, 'old-secret'), {}, ['new-secret'])).toBe('401 1004 the signature is wrong');
    // One use counts for both secrets.
    expect(await outcome(at(NOW_MS, 'old-secret'), nonces, both)).toBe('401 1004 the nonce was used before');
  });

  it('works once, and is kept for longer than it is valid', async () => {
    const { store: nonces, expiries } = usedOnce();
    const request = at(NOW_MS + WINDOW_MS);
    expect(await outcome(request, nonces)).toBe('let in');
    expect(await outcome(request, nonces)).toBe('401 1004 the nonce was used before');
    expect(expiries).toEqual([NOW_MS + 3 * WINDOW_MS]);
  });

  it('works once for as long as its nonce is kept, and is too old after that', async () => {
    const { deps, clock, pass } = createWorld(store());
    const once = strongCall({ path, body, nonce: 'kept-1', timestampMs: clock.nowMs });
    const code = async (request: HttpRequest) => (await serve(deps, request)).body.code;
    expect(await code(once)).toBe(1002);
    expect(await code(once)).toBe(1004);
    pass(WINDOW_MS);
    expect(await code(once)).toBe(1004);
    pass(WINDOW_MS);
    expect((await serve(deps, once)).body.errorMessage).toMatch(/too old/);
    const both = await Promise.all(
      Array.from({ length: 8 }, () => code(strongCall({ path, body, nonce: 'kept-2', timestampMs: clock.nowMs }))),
    );
    expect(both.filter((one) => one === 1002)).toHaveLength(1);
  });

  it.each([
    ['signature', (value: string) => value.toUpperCase()],
    ['signature', (value: string) => value.slice(2)],
    ['signature', (value: string) => `${value}00`],
    ['signature', (value: string) => ` ${value}`],
    ['signature', (value: string) => `${value},${value}`],
    ['signature', () => ''],
    ['nonce', () => ''],
    ['nonce', () => 'n'.repeat(65)],
    ['nonce', () => 'n 1'],
    ['nonce', (value: string) => `${value},${value}`],
    ['timestamp', () => ''],
    ['timestamp', (value: string) => value.slice(0, 10)],
    ['timestamp', (value: string) => `0${value}`],
    ['timestamp', (value: string) => `${value}.0`],
    ['timestamp', (value: string) => `${value},${value}`],
    ['app-key', (value: string) => `${value},${value}`],
    ['signature-version', (value: string) => `${value},${value}`],
  ])('is refused when %s is malformed: %#', async (name, change) => {
    const request = at(NOW_MS);
    const headers = { ...request.headers, [name]: change(request.headers[name] ?? '') };
    expect(await outcome({ ...request, headers }, {})).toMatch(/^401 100[14] /);
  });

  it('is not taken from headers with the prefix RC-', async () => {
    const request = at(NOW_MS);
    const { nonce, ...others } = request.headers;
    expect(await outcome({ ...request, headers: { ...others, 'rc-nonce': nonce } }, {})).toMatch(/^401 1004 Nonce/);
  });

  it('takes nonces of 1 to 64 characters', async () => {
    for (const nonce of ['n', `${'aZ09_-'.repeat(10)}wxyz`]) {
      expect(await outcome(strongCall({ path, body, nonce, timestampMs: NOW_MS }))).toBe('let in');
    }
  });
});
