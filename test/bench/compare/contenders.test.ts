import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { baselines } from '../../../bench/compare/baselines.ts';
import { bundle } from '../../../bench/compare/bundle.ts';
import type { Site } from '../../../bench/compare/contender.ts';
import { doorman, doormanWithoutOffline } from '../../../bench/compare/doorman.ts';
import { RunningContender } from '../../../bench/compare/running-contender.ts';
import { startSink } from '../../../bench/compare/sink-handle.ts';
import { type Emulator, startEmulator } from '../../../lib/local/dynamodb/emulator.ts';

const ONLINE = 12;
const OFFLINE = 3;

let emulator: Emulator;
let site: Site;

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'doorman-bench-'));
  emulator = await startEmulator({});
  const [hostFile = '', sinkFile = ''] = await Promise.all(
    ['compare/lambda-host.ts', 'compare/sink.ts'].map((entry) => bundle(folder, entry)),
  );
  site = { sink: await startSink(sinkFile, 1), dynamodbEndpoint: emulator.endpoint, folder, hostFile };
});

afterAll(async () => {
  await site.sink.close();
  await emulator.close();
  await rm(site.folder, { recursive: true, force: true });
});

describe.each([doorman, doormanWithoutOffline, ...baselines])('$title', (contender) => {
  it('delivers a message once to each other member who is connected', async () => {
    const running = await RunningContender.setup(site, contender, { online: ONLINE, offline: OFFLINE });
    try {
      await site.sink.take();
      const delivery = await running.send(0, 'hello');
      await running.idle();
      expect(delivery?.ackMs).toBeGreaterThan(0);
      expect(await site.sink.take()).toMatchObject({ deliveries: ONLINE - 1, repeats: 0, connections: ONLINE - 1 });
    } finally {
      await running.close();
    }
  });
});
