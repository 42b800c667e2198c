import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundle } from '../../../bench/compare/bundle.ts';
import type { Contender, Site } from '../../../bench/compare/contender.ts';
import { RunningContender } from '../../../bench/compare/running-contender.ts';
import { startSink } from '../../../bench/compare/sink-handle.ts';

let site: Site;
let lambda: string;
const running: RunningContender[] = [];

const contender: Contender = {
  key: 'test',
  title: 'a contender',
  keepsOffline: false,
  sharesPosts: false,
  deploy: async ({ sink }) => ({
    functions: { receive: lambda, deliver: lambda },
    receiver: 'receive',
    environment: { CONNECTIONS_URL: sink.url, OTHERS: 'one,two' },
    eventOf: ({ text }) => ({ requestContext: {}, body: JSON.stringify({ text }) }),
    isAccepted: (answer) => (answer as { statusCode: number }).statusCode === 200,
  }),
};

async function setup(): Promise<RunningContender> {
  const process = await RunningContender.setup(site, contender, { online: 3, offline: 0 });
  running.push(process);
  await site.sink.take();
  return process;
}

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'doorman-bench-'));
  const [hostFile, sinkFile] = await Promise.all(
    ['compare/lambda-host.ts', 'compare/sink.ts'].map((entry) => bundle(folder, entry)),
  );
  lambda = await bundle(folder, '../test/bench/compare/lambdas.ts');
  site = { sink: await startSink(sinkFile ?? '', 1), dynamodbEndpoint: '', folder, hostFile: hostFile ?? '' };
});

afterAll(async () => {
  await Promise.all(running.map((process) => process.close()));
  await site.sink.close();
  await rm(site.folder, { recursive: true, force: true });
});

describe('a contender at work', () => {
  it('acknowledges first, and is idle when the Lambda that it invoked has delivered to all', async () => {
    const process = await setup();
    const delivery = await process.send(0, 'hello');
    await process.idle();
    expect(delivery?.lastMs).toBeGreaterThan(0);
    expect(await site.sink.take()).toEqual({
      ...{ posts: 2, deliveries: 2, repeats: 0 },
      ...{ connections: 2, fewestPosts: 1, mostPosts: 1 },
    });
    expect(await process.cpuMs()).toBeGreaterThan(0);
  });

  it('reports a refused message, and waits for no delivery of it', async () => {
    const process = await setup();
    expect(await process.send(0, 'refused')).toBeUndefined();
    await process.idle();
    expect(await site.sink.take()).toMatchObject({ posts: 0, deliveries: 0 });
  });

  it('counts a second delivery to the same connection', async () => {
    const process = await setup();
    await process.send(0, 'doubled');
    await process.idle();
    expect(await site.sink.take()).toMatchObject({ posts: 3, deliveries: 2, repeats: 1, mostPosts: 2 });
  });

  it('fails when a Lambda failed that nobody waited for', async () => {
    const process = await setup();
    const sent = process.send(0, 'failing');
    await expect(sent).rejects.toThrow('unable to measure a contender; Error: the delivery failed');
  });
});
