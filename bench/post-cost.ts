/*
 * What one post costs in CPU: the AWS SDK's client beside the lean one, in one process, round by round, so that a busy
 * moment of the machine does not fall on one of them alone. What answers is another process of this machine.
 */

import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { ApiGatewayManagementApiClient } from '@aws-sdk/client-apigatewaymanagementapi';
import { inParallel } from '../lib/domain/in-parallel.ts';
import type { PushFrame } from '../lib/protocol/push-frames.ts';
import { createApiGatewayPush } from '../lib/push/api-gateway.ts';
import { createLeanPush } from '../lib/push/lean-push.ts';
import type { Push } from '../lib/push/push.ts';
import { toTable } from './document-section.ts';

const ROUNDS = 9;
/** Until the code is compiled and the sockets are open. */
const WARM_UP_ROUNDS = 2;
const POSTS = 1_000;
const POSTS_IN_FLIGHT = 64;

/** As long as those of a role. */
const credentials = {
  accessKeyId: 'ASIAEXAMPLEEXAMPLE00',
  secretAccessKey: 's'.repeat(40),
  sessionToken: 't'.repeat(900),
};

const frame: PushFrame = { event: 'closing', code: 31010, message: 'x'.repeat(400) };
const connectionIds = Array.from({ length: POSTS }, () => randomBytes(11).toString('base64'));

/** Arguments: the files of the key and of the certificate, for https. */
const sink = `
const { readFileSync } = require('node:fs');
const [key, cert] = process.argv.slice(1);
const answer = (request, response) => request.resume().once('end', () => response.end());
const server = key === undefined
  ? require('node:http').createServer(answer)
  : require('node:https').createServer({ key: readFileSync(key), cert: readFileSync(cert) }, answer);
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
process.stdin.once('end', () => process.exit()).resume();
`;

/** A certificate for this run alone. */
function makeCertificate(folder: string): readonly [string, string] {
  const files = [join(folder, 'key.pem'), join(folder, 'cert.pem')] as const;
  const kind = ['req', '-x509', '-nodes', '-newkey', 'rsa:2048', '-subj', '/CN=127.0.0.1', '-days', '1'];
  execFileSync('openssl', [...kind, '-keyout', files[0], '-out', files[1]], { stdio: 'ignore' });
  // The clients of this process post to this machine alone.
  process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
  return files;
}

/** Works with the address of a sink that answers 200, which ends afterwards. */
async function withSink<T>(isHttps: boolean, work: (endpoint: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'post-cost-'));
  const files = isHttps ? makeCertificate(folder) : [];
  const server = spawn(process.execPath, ['-e', sink, ...files], { stdio: ['pipe', 'pipe', 'inherit'] });
  try {
    const [port] = await once(server.stdout, 'data');
    return await work(`${isHttps ? 'https' : 'http'}://127.0.0.1:${String(port).trim()}/prod`);
  } finally {
    server.stdin.end();
    rmSync(folder, { recursive: true });
  }
}

/** µs of CPU in this process for one post, of many to different connections. */
async function cpuOfPost(push: Push): Promise<number> {
  const before = process.cpuUsage();
  await inParallel(connectionIds, POSTS_IN_FLIGHT, async (connectionId) => {
    if ((await push.post(connectionId, frame)) !== 'ok') throw new Error('unable to measure; a post failed');
  });
  const { user, system } = process.cpuUsage(before);
  return (user + system) / POSTS;
}

const onFault = (what: string, fault: unknown) => console.error(what, fault);

async function measure(endpoint: string): Promise<readonly { readonly sdk: number; readonly lean: number }[]> {
  const region = 'us-east-1';
  const client = new ApiGatewayManagementApiClient({ endpoint, region, credentials, maxAttempts: 4 });
  const sdk = createApiGatewayPush({ client, onFault });
  const lean = createLeanPush({
    ...{ endpoint, region, onFault, attempts: 4, mostInFlight: 128, timeoutMs: 3_000 },
    credentials: () => credentials,
    now: Date.now,
    random: Math.random,
    sleep: (pauseMs) => setTimeout(pauseMs),
  });
  const rounds: { sdk: number; lean: number }[] = [];
  for (let round = 1; round <= ROUNDS; round += 1) {
    const costs = { sdk: await cpuOfPost(sdk), lean: await cpuOfPost(lean) };
    const isWarmUp = round <= WARM_UP_ROUNDS;
    if (!isWarmUp) rounds.push(costs);
    const figures = `SDK ${costs.sdk.toFixed(0)} µs, lean ${costs.lean.toFixed(0)} µs`;
    console.log(`round ${round} of ${ROUNDS}${isWarmUp ? ', to warm up' : ''}: ${figures}`);
  }
  client.destroy();
  lean.destroy();
  return rounds;
}

/** Median, least and most. */
function row(name: string, values: readonly number[], digits: number): readonly string[] {
  const sorted = values.toSorted((one, other) => one - other);
  const at = (index: number) => (sorted[index] ?? Number.NaN).toFixed(digits);
  return [name, at(Math.floor(sorted.length / 2)), at(0), at(sorted.length - 1)];
}

const isHttps = process.argv.includes('--https');
const rounds = await withSink(isHttps, measure);
console.log(`\n${POSTS_IN_FLIGHT} posts at once by ${isHttps ? 'https' : 'http'}, ${POSTS} in each round:\n`);
console.log(
  toTable(
    ['µs of CPU for one post', 'median', 'least', 'most'],
    [
      row(
        'AWS SDK',
        rounds.map(({ sdk }) => sdk),
        0,
      ),
      row(
        'lean',
        rounds.map(({ lean }) => lean),
        0,
      ),
      row(
        'SDK ÷ lean, round by round',
        rounds.map(({ sdk, lean }) => sdk / lean),
        1,
      ),
    ],
  ),
);
