import { AppServer } from '../../bin/scenario/app-server.ts';
import { consoleDeployment, startConsole } from '../../bin/start-console.ts';
import { startLocal } from '../../bin/start-local.ts';

/** Small ones, so that each story is short. */
export const settings = {
  offlineMessageLimit: 3,
  offlineGraceMs: 2000,
  realTimeGraceMs: 0,
  sendsPerSecond: 100,
  roomMessageQuota: 0,
  maxEntriesPerRoom: 200,
  serverApiCallsPerSec: 0,
};

/** The console over a deployment whose clock and sweep the test moves. */
export async function openConsoleStage() {
  let aheadMs = 0;
  const now = () => Date.now() + aheadMs;
  const log: string[] = [];
  const server = await startConsole(0, (line) => log.push(line));
  const given = { ...settings, webhookUrl: server.webhookUrl };
  const stack = await startLocal({
    port: 0,
    settings: given,
    now,
    testing: { schedules: 'manual' },
    log: (line) => log.push(line),
    step: () => undefined,
  });
  server.show(consoleDeployment(stack, given, server));
  return {
    stack,
    server,
    appServer: new AppServer(stack),
    log,
    pass: (ms: number) => {
      aheadMs += ms;
    },
    sweep: () => stack.testing.fireSchedules(now()),
    close: async () => {
      await server.close();
      await stack.close();
    },
  };
}

export type ConsoleStage = Awaited<ReturnType<typeof openConsoleStage>>;
