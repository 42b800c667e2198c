import { afterEach, describe, expect, it } from 'vitest';
import type { PushFrame } from '../../lib/protocol/push-frames.ts';
import { createLeanPush, type LeanPushOptions } from '../../lib/push/lean-push.ts';
import { describePush } from './push-contract.ts';
import { answers, closeServices, type Reaction, startService } from './scripted-service.ts';

const NOW_MS = Date.UTC(2026, 10, 27, 9, 30);

const options = {
  region: 'eu-west-1',
  credentials: () => ({ accessKeyId: 'a', secretAccessKey: 'b' }),
  now: () => NOW_MS,
  random: () => 0.5,
  sleep: async () => {},
  attempts: 4,
  mostInFlight: 16,
  timeoutMs: 5_000,
};

describePush('the lean push', ({ endpoint, credentials, onFault }) => {
  const push = createLeanPush({ ...options, endpoint, credentials: () => credentials, onFault });
  return { push, destroy: push.destroy };
});

const pushes: { destroy(): void }[] = [];
afterEach(async () => {
  for (const push of pushes.splice(0)) push.destroy();
  await closeServices();
});

const closing: PushFrame = { event: 'closing', code: 31010, message: 'another device' };

function createPush(endpoint: string, overrides: Partial<LeanPushOptions> = {}) {
  const faults: string[] = [];
  const push = createLeanPush({
    ...{ ...options, endpoint },
    onFault: (what, fault) => faults.push(`${what}: ${(fault as Error).message}`),
    ...overrides,
  });
  pushes.push(push);
  return { push, faults };
}

/** A reaction that keeps the answers back until they are released. */
function holding() {
  const held: (() => void)[] = [];
  let arrived = () => {};
  const reaction =
    (status: number): Reaction =>
    (response) => {
      if (response.req.url === '/prod/marker') return answers(200)(response);
      held.push(() => answers(status)(response));
      arrived();
    };
  const until = async (count: number) => {
    while (held.length < count) {
      await new Promise<void>((resolve) => {
        arrived = resolve;
      });
    }
    return held.splice(0);
  };
  return { reaction, until, held };
}

describe('the lean push', () => {
  it('waits a random part of a pause that doubles', async () => {
    const { url } = await startService(answers(503));
    const pauses: number[] = [];
    const parts = [0.5, 0.25, 0.99];
    const { push, faults } = createPush(url, {
      random: () => parts[pauses.length] ?? 0,
      sleep: async (pauseMs) => {
        pauses.push(pauseMs);
      },
    });
    expect(await push.post('c', closing)).toBe('failed');
    expect(pauses).toEqual([50, 50, 396]);
    expect(faults).toEqual(['post to a connection: the service answered 503']);
  });

  it('says what the service and the network called the failure', async () => {
    const { url } = await startService(answers(403, 'AccessDeniedException:http://internal.example/'));
    const { push, faults } = createPush(url);
    await push.post('c', closing);
    await closeServices();
    await push.close('c');
    expect(faults).toEqual([
      'post to a connection: the service answered 403 (AccessDeniedException)',
      'close a connection: the service cannot be reached (ECONNREFUSED)',
    ]);
  });

  it('gives up a service that is silent', async () => {
    const { url, seen } = await startService(() => {});
    const { push, faults } = createPush(url, { timeoutMs: 20, attempts: 2 });
    expect(await push.post('c', closing)).toBe('failed');
    expect(seen).toHaveLength(2);
    expect(faults).toEqual(['post to a connection: the service cannot be reached (ETIMEDOUT)']);
  });

  it('counts a post as done whose answer breaks off', async () => {
    const { url, seen } = await startService((response) => {
      response.writeHead(200, { 'content-length': 10 });
      response.write('{', () => response.destroy());
    });
    const { push } = createPush(url);
    expect(await push.post('c', closing)).toBe('ok');
    expect(seen).toHaveLength(1);
  });

  it('encodes a frame once for all connections, and each frame for itself', async () => {
    const { url, seen } = await startService(answers(200));
    const { push } = createPush(url);
    let encoded = 0;
    const toJSON = () => {
      encoded += 1;
      return closing;
    };
    const frame = Object.assign({ ...closing }, { toJSON });
    for (const connectionId of ['c1', 'c2', 'c3']) await push.post(connectionId, frame);
    expect(encoded).toBe(1);
    await push.post('c1', { ...closing, message: 'another frame' });
    expect(seen.map(({ body }) => JSON.parse(body).message)).toEqual([
      ...Array(3).fill('another device'),
      'another frame',
    ]);
  });

  it('drops the sockets that a pause of ten seconds may have closed', async () => {
    const { url, seen } = await startService(answers(200));
    let nowMs = NOW_MS;
    const { push } = createPush(url, { now: () => nowMs });
    for (const pauseMs of [0, 10_000, 10_001]) {
      nowMs += pauseMs;
      expect(await push.post('c', closing)).toBe('ok');
    }
    expect(seen.map(({ socket }) => socket)).toEqual([1, 1, 2]);
  });

  it('has no more posts under way than allowed, each on a socket of its own', async () => {
    const { reaction, until, held } = holding();
    const { url, sockets } = await startService(reaction(200));
    const { push } = createPush(url);
    const posts = Array.from({ length: 40 }, (_, index) => push.post(`c${index}`, closing));
    for (const size of [16, 16, 8]) {
      const round = await until(size);
      expect(round).toHaveLength(size);
      for (const answer of round) answer();
    }
    expect(new Set(await Promise.all(posts))).toEqual(new Set(['ok']));
    expect(held).toHaveLength(0);
    expect(sockets).toHaveLength(16);
  });

  it('halves the posts under way after two connections were throttled', async () => {
    const { reaction, until, held } = holding();
    const { url } = await startService(...Array<Reaction>(16).fill(reaction(429)), reaction(200));
    const { push } = createPush(url);
    const posts = Array.from({ length: 32 }, (_, index) => push.post(`c${index}`, closing));
    for (const answer of await until(16)) answer();
    for (let round = 0; round < 4; round += 1) {
      const eight = await until(8);
      // What had been sent besides would arrive before the marker.
      await fetch(`${url}/marker`);
      expect([eight.length, held.length]).toEqual([8, 0]);
      for (const answer of eight) answer();
    }
    expect(new Set(await Promise.all(posts))).toEqual(new Set(['ok']));
  });

  it('reports a frame that cannot be encoded', async () => {
    const { url, seen } = await startService(answers(200));
    const { push, faults } = createPush(url);
    const frame = Object.assign({ ...closing }, { loop: 1n });
    expect(await push.post('c', frame)).toBe('failed');
    expect(faults).toHaveLength(1);
    expect(seen).toEqual([]);
  });
});
