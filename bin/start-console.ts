import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { buildPage } from '../console/server/build-page.ts';
import { type ConsoleDeployment, ConsoleServer } from '../console/server/console-server.ts';
import { readSettings } from '../lib/infra/settings.ts';
import { openPort } from '../lib/local/base/listen.ts';
import { bundleClient } from './client-package/bundle-client.ts';
import type { MovedClock } from './moved-clock.ts';
import type { LocalDeployment } from './start-local.ts';

/**
 * Opens the console on 127.0.0.1. Its page is built when it is first asked for. port: 0 takes a free one. now: the
 * deployment's clock, ms since 1970.
 */
export const startConsole = (port: number, now: () => number, log: (line: string) => void): Promise<ConsoleServer> =>
  openPort(port, () =>
    ConsoleServer.listen({
      port,
      log,
      buildPage: async () => buildPage(await packedSdk()),
      now,
      randomId: randomUUID,
      fetch,
    }),
  );

async function packedSdk(): Promise<string> {
  const files = await bundleClient(join(import.meta.dirname, '..'));
  const sdk = files.find(({ path }) => path === 'index.js');
  if (sdk === undefined) throw new Error('unable to build the page; the package has no index.js');
  return sdk.text;
}

/** What the console shows of a deployment with these settings, whose clock it may move. */
export function consoleDeployment(
  stack: Pick<LocalDeployment, 'webSocketUrl' | 'serverApiUrl' | 'appKey' | 'appSecret' | 'testing'>,
  settings: Readonly<Record<string, string | number | boolean>>,
  server: Pick<ConsoleServer, 'webhookUrl'>,
  { now, moveAhead }: MovedClock,
): ConsoleDeployment {
  const { webSocketUrl, serverApiUrl, appKey, appSecret } = stack;
  const read = readSettings(settings);
  const { offlineMessageLimit, offlineGraceMs, realTimeGraceMs, sendsPerSecond } = read;
  const { notifyMemberChanges, realTimeKickOut, webhookUrl } = read;
  const rules = { offlineMessageLimit, offlineGraceMs, realTimeGraceMs, sendsPerSecond };
  const switches = { notifyMemberChanges, realTimeKickOut, hasWebhook: webhookUrl === server.webhookUrl };
  return {
    setup: { webSocketUrl, appKey, ...rules, ...switches },
    keys: { serverApiUrl, appKey, appSecret },
    clock: { moveAhead, sweep: () => stack.testing.fireSchedules(now()) },
  };
}
