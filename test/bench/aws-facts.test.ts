import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { FactSocket } from '../../bench/aws/fact-socket.ts';
import { disconnectContext, halfOpen, lastActive } from '../../bench/aws/measure-connections.ts';
import { answers, frameSizes } from '../../bench/aws/measure-frames.ts';
import { heartbeatBilled, latencyOf, postLatency, stageThrottle } from '../../bench/aws/measure-posts.ts';
import { measurements } from '../../bench/aws/measurements.ts';
import { type LocalSite, startLocalSite } from './local-site.ts';

let local: LocalSite;

beforeAll(async () => {
  local = await startLocalSite((token) => createHash('sha256').update(token).digest('hex'));
}, 120_000);

afterAll(() => local.close());

describe('the stack of the measurements', () => {
  it('has no finding of cdk-nag', () => {
    expect(local.nagExitCode).toBe(0);
  });

  it('leaves nothing behind: every resource is deleted with it', () => {
    expect(local.stack.tables).toHaveLength(1);
    const names = local.stack.functions.map(({ path }) => path.split('/')[1]);
    expect(new Set(names)).toEqual(new Set(['Authorize', 'Beat', 'Connect', 'Probe']));
    expect(local.stack.secrets).toEqual([]);
  });

  it('lets in only who knows the token', async () => {
    const socket = new WebSocket(`${local.site.webSocketUrl}?token=another&user=x`);
    const [, response] = await once(socket, 'unexpected-response');
    expect(response.statusCode).toBe(401);
    socket.on('error', () => undefined).terminate();
  });
});

describe('measured on the local gateway', () => {
  it('the last activity is moved by frames and pings of the client', async () => {
    expect(await lastActive.run(local.site)).toEqual({ measured: lastActive.expected, verdict: 'as expected' });
  });

  it('a Lambda without a body sends no frame', async () => {
    expect(await answers.run(local.site)).toEqual({ measured: answers.expected, verdict: 'as expected' });
  });

  it('frames and messages that are too large close the connection', async () => {
    const { measured, verdict } = await frameSizes.run(local.site);
    expect(measured).toBe(`${frameSizes.expected}, post 128 KB arrives, post 128 KB + 1 413, 1 MB closed 1009`);
    expect(verdict).toBe('as expected');
  });

  it('`$disconnect` has the context', async () => {
    const expected = { measured: 'the user id of the handshake', verdict: 'as expected' };
    expect(await disconnectContext.run(local.site)).toEqual(expected);
  });

  it('posts are not throttled, and their times are those of all posts', async () => {
    expect(await stageThrottle.run(local.site)).toEqual({ measured: '200 of 200 accepted', verdict: 'as expected' });
    const { measured } = await latencyOf(local.site, 5);
    expect(measured).toMatch(/^p50 [\d.]+ ms, p99 [\d.]+ ms of 5 posts, failed \{\}$/);
  });

  it("the product's own Lambda serves the heartbeats; their bill is not on this machine", async () => {
    const { measured, verdict } = await heartbeatBilled.run(local.site);
    expect(measured).toMatch(/^the log cannot be read; Error: Cannot find module '@aws-sdk\/client-cloudwatch-logs'/);
    expect(verdict).toBe('for information');
    expect(local.log.filter((line) => /ERROR|AccessDenied|failed/.test(line))).toEqual([
      expect.stringContaining('Unauthorized'),
    ]);
  });

  it('posts to a half-open connection succeed until the gateway notices', async () => {
    expect(await halfOpen.run(local.site)).toEqual({ measured: 'no 410 within 900 s', verdict: 'for information' });
    let posts = 0;
    const site = {
      ...local.site,
      pause: async (ms: number) => {
        posts += 1;
        if (posts === 3) local.forceClose();
        await local.site.pause(ms);
      },
    };
    expect(await halfOpen.run(site)).toEqual({ measured: '410 after 30 s', verdict: 'for information' });
  });

  it('a frame that never comes fails with a sentence', async () => {
    const socket = await FactSocket.open(local.site);
    socket.close();
    await socket.closed;
    await expect(socket.frame('an answer', () => true)).rejects.toThrow(
      'unable to get an answer; the connection is closed',
    );
  });

  it('covers all measurements', () => {
    const run = [
      lastActive,
      answers,
      frameSizes,
      disconnectContext,
      stageThrottle,
      postLatency,
      heartbeatBilled,
      halfOpen,
    ];
    expect(new Set(measurements)).toEqual(new Set(run));
  });
});
