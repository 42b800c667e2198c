import { PostToConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi';
import { FactSocket } from './fact-socket.ts';
import { type Measurement, type Site, verdict } from './site.ts';

const KB = 1024;
const STEP_MS = 5_000;

/** Which routes send a frame although the Lambda has nothing to say. */
export const answers: Measurement = {
  name: 'answers',
  assumption: 'a route without route response, and a Lambda that answers without a body, send no frame',
  expected: 'no route response: none, no body: none, empty body: none',
  source: 'docs/data-model.md: a heartbeat costs one message, not two',
  need: { messages: 12, connectionMinutes: 1, invocations: 8, invocationMs: 10, durationSec: 20 },
  run: async (site) => {
    const socket = await FactSocket.open(site);
    const kinds = { 'no route response': 'silent', 'no body': 'empty', 'empty body': 'blank' };
    const found: string[] = [];
    for (const [name, action] of Object.entries(kinds)) {
      socket.frames.length = 0;
      socket.send({ action, id: action });
      await site.pause(STEP_MS);
      // Whatever the first frame caused has come before the answer to a frame that is sent seconds later.
      await socket.ask({ action: 'fence' });
      const extra = socket.frames.slice(0, -1);
      found.push(`${name}: ${extra.length === 0 ? 'none' : JSON.stringify(extra[0]).slice(0, 60)}`);
    }
    socket.close();
    return { measured: found.join(', '), verdict: verdict(found.join(', ') === answers.expected) };
  },
};

/** A frame for the probe of exactly this size. */
function frameOf(sizeBytes: number): string {
  const empty = JSON.stringify({ action: 'size', id: 'size', text: '' }).length;
  return JSON.stringify({ action: 'size', id: 'size', text: 'x'.repeat(sizeBytes - empty) });
}

/** Sends a message in frames of at most so many bytes; says how it ended. */
async function receives(site: Site, sizeBytes: number, frameBytes: number): Promise<string> {
  const socket = await FactSocket.open(site);
  const whole = frameOf(sizeBytes);
  const parts = Array.from({ length: Math.ceil(sizeBytes / frameBytes) }, (_, index) =>
    whole.slice(index * frameBytes, (index + 1) * frameBytes),
  );
  socket.sendParts(parts);
  const answer = socket
    .frame('an answer', () => true)
    .then((text) => {
      const { receivedBytes } = JSON.parse(text) as { receivedBytes?: number };
      return receivedBytes === sizeBytes ? 'arrives' : text.slice(0, 80);
    });
  const end = await answer.catch(async () => (socket.isOpen ? 'no answer' : `closed ${await socket.closed}`));
  socket.terminate();
  return end;
}

async function posts(site: Site, sizeBytes: number): Promise<string> {
  const socket = await FactSocket.open(site);
  const ConnectionId = await socket.connectionId();
  socket.frames.length = 0;
  try {
    await site.connections.send(new PostToConnectionCommand({ ConnectionId, Data: 'p'.repeat(sizeBytes) }));
    const text = await socket.frame('the post', () => true);
    return text.length === sizeBytes ? 'arrives' : `${text.length} bytes`;
  } catch (error) {
    const { $metadata } = error as { $metadata?: { httpStatusCode?: number } };
    return String($metadata?.httpStatusCode ?? (error as Error).message);
  } finally {
    socket.terminate();
  }
}

/** Where frames and messages become too large, in both directions. */
export const frameSizes: Measurement = {
  name: 'frame-sizes',
  assumption: 'a frame may have 32 KB and a message 128 KB; a larger one closes the connection with 1009',
  expected: '32 KB arrives, 32 KB + 1 closed 1009, 128 KB arrives, 128 KB + 1 closed 1009, post 32 KB arrives',
  source: 'quotas of WebSocket APIs in the developer guide of API Gateway; lib/protocol/limits.ts',
  need: { messages: 70, connectionMinutes: 10, invocations: 40, invocationMs: 20, durationSec: 60 },
  run: async (site) => {
    const cases = [
      ['32 KB', () => receives(site, 32 * KB, 32 * KB)],
      ['32 KB + 1', () => receives(site, 32 * KB + 1, 128 * KB)],
      ['128 KB', () => receives(site, 128 * KB, 32 * KB)],
      ['128 KB + 1', () => receives(site, 128 * KB + 1, 32 * KB)],
      ['post 32 KB', () => posts(site, 32 * KB)],
      ['post 128 KB', () => posts(site, 128 * KB)],
      ['post 128 KB + 1', () => posts(site, 128 * KB + 1)],
      ['1 MB', () => receives(site, 1024 * KB, 32 * KB)],
    ] as const;
    const found: string[] = [];
    for (const [name, measure] of cases) {
      found.push(`${name} ${await measure()}`);
      site.progress(found.join(', '));
    }
    return { measured: found.join(', '), verdict: verdict(found.join(', ').startsWith(frameSizes.expected)) };
  },
};
