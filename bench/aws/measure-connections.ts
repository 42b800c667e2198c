import { GetConnectionCommand, GoneException, PostToConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi';
import { FactSocket } from './fact-socket.ts';
import { type Measurement, type Site, verdict } from './site.ts';
import { startSwallowingProxy } from './swallowing-proxy.ts';

const STEP_MS = 3_000;

async function lastActiveAtMs({ connections }: Site, ConnectionId: string): Promise<number> {
  const { LastActiveAt } = await connections.send(new GetConnectionCommand({ ConnectionId }));
  return LastActiveAt?.getTime() ?? Number.NaN;
}

/** Which activity is noted as `lastActiveAt`. Between two reads there is one act, and seconds on both sides of it. */
export const lastActive: Measurement = {
  name: 'last-active',
  assumption: '`lastActiveAt` of GET @connections is moved by what the client sends, and by no post',
  expected: 'frame yes, ping yes, post no, GET no',
  source: 'no document of AWS says; lib/local/gateway does so, and the lease in the table relies on none of it',
  need: { messages: 20, connectionMinutes: 1, invocations: 8, invocationMs: 20, durationSec: 40 },
  run: async (site) => {
    const socket = await FactSocket.open(site);
    const id = await socket.connectionId();
    const post = async (): Promise<void> => {
      await site.connections.send(new PostToConnectionCommand({ ConnectionId: id, Data: 'posted' }));
      await socket.frame('the post', (text) => text === 'posted');
    };
    const acts = { frame: () => socket.connectionId(), ping: () => socket.ping(), post, GET: () => Promise.resolve() };
    const found: string[] = [];
    for (const [name, act] of Object.entries(acts)) {
      const before = await lastActiveAtMs(site, id);
      await site.pause(STEP_MS);
      await act();
      await site.pause(STEP_MS);
      found.push(`${name} ${(await lastActiveAtMs(site, id)) > before ? 'yes' : 'no'}`);
      site.progress(found.join(', '));
    }
    socket.close();
    return { measured: found.join(', '), verdict: verdict(found.join(', ') === lastActive.expected) };
  },
};

const POST_EVERY_MS = 10_000;
const LONGEST_MS = 900_000;

/** Whether a post finds the connection gone. */
async function isGone({ connections }: Site, ConnectionId: string): Promise<boolean> {
  try {
    await connections.send(new PostToConnectionCommand({ ConnectionId, Data: 'are you there?' }));
    return false;
  } catch (error) {
    if (error instanceof GoneException) return true;
    throw error;
  }
}

/** How long posts succeed to a client that no byte reaches any more. Its machine still acknowledges TCP segments. */
export const halfOpen: Measurement = {
  name: 'half-open',
  assumption: 'posts to a client whose network swallows every byte succeed for a while; the lease does not rely on 410',
  expected: 'not known; the lease of 170 s has to serve',
  source: 'docs/reliability.md, "What is not covered"',
  need: { messages: 95, connectionMinutes: 16, invocations: 4, invocationMs: 20, durationSec: 910 },
  run: async (site) => {
    const { hostname, port, protocol } = new URL(site.webSocketUrl);
    const proxy = await startSwallowingProxy(hostname, Number(port) || (protocol === 'wss:' ? 443 : 80));
    try {
      const socket = await FactSocket.open(site, proxy.port);
      const id = await socket.connectionId();
      proxy.swallow();
      const sinceMs = site.now();
      while (site.now() - sinceMs < LONGEST_MS) {
        const silentSec = Math.round((site.now() - sinceMs) / 1000);
        if (await isGone(site, id)) return { measured: `410 after ${silentSec} s`, verdict: 'for information' };
        site.progress(`posts succeed after ${silentSec} s`);
        await site.pause(POST_EVERY_MS);
      }
      return { measured: `no 410 within ${LONGEST_MS / 1000} s`, verdict: 'for information' };
    } finally {
      proxy.close();
    }
  },
};

/** Whether `$disconnect` says whose connection it was. */
export const disconnectContext: Measurement = {
  name: 'disconnect-context',
  assumption: "`$disconnect` carries the authorizer's context",
  expected: 'the user id of the handshake',
  source: 'lib/handlers/disconnect.ts: without it the sweep closes the connection',
  need: { messages: 30, connectionMinutes: 2, invocations: 40, invocationMs: 20, durationSec: 60 },
  run: async (site) => {
    const [witness, leaving] = [await FactSocket.open(site), await FactSocket.open(site)];
    const of = await leaving.connectionId();
    leaving.close();
    await leaving.closed;
    for (let reads = 0; reads < 20; reads += 1) {
      const { event } = await witness.ask({ action: 'disconnect-of', of });
      if (typeof event === 'string') {
        witness.close();
        const { authorizer } = JSON.parse(event) as { authorizer: { userId?: string } | null };
        const has = authorizer?.userId?.startsWith('fact-') === true;
        return { measured: has ? 'the user id of the handshake' : `only ${event}`, verdict: verdict(has) };
      }
      site.progress('$disconnect has not run yet');
      await site.pause(STEP_MS);
    }
    return { measured: '$disconnect did not run within 60 s', verdict: 'not as expected' };
  },
};
