import { createMovedClock } from '../../bin/moved-clock.ts';
import { AppServer } from '../../bin/scenario/app-server.ts';
import { consoleDeployment, startConsole } from '../../bin/start-console.ts';
import { startLocal } from '../../bin/start-local.ts';
import { unlimited } from '../support/unlimited.ts';

/** A slow machine must not make 31 messages last longer than 30 s. On pictures time must not stand still. */
const CLOCK_SPEED = process.env.CONSOLE_PICTURES === '1' ? 0.2 : 0.1;
/** The Lambdas of the schedules take the later of the event's time and their own. */
const CLOCK_AHEAD_MS = 3_600_000;

/** The rules are the real ones; no limit of calls stops a story. */
const settings = { ...unlimited, notifyMemberChanges: true, sendsPerSecond: 200, maxEntriesPerRoom: 200 };

/** The console over a deployment whose clock is slow, and whose sweep runs when the page asks for it. */
export async function openConsoleStage() {
  const fromMs = Date.now();
  const clock = createMovedClock(() => fromMs + CLOCK_AHEAD_MS + Math.floor((Date.now() - fromMs) * CLOCK_SPEED));
  const log: string[] = [];
  const server = await startConsole(0, clock.now, (line) => log.push(line));
  const given = { ...settings, webhookUrl: server.webhookUrl };
  const stack = await startLocal({
    port: 0,
    settings: given,
    now: clock.now,
    testing: { schedules: 'manual' },
    log: (line) => log.push(line),
    step: () => undefined,
  });
  server.show(consoleDeployment(stack, given, server, clock));
  return {
    server,
    keys: { appKey: stack.appKey, secret: stack.appSecret },
    appServer: new AppServer(stack),
    log,
    /** Gives a page the same clock. */
    pageClock: `{
      const now = Date.now.bind(Date);
      Date.now = () => ${fromMs + CLOCK_AHEAD_MS} + Math.floor((now() - ${fromMs}) * ${CLOCK_SPEED});
    }`,
    close: async () => {
      await server.close();
      await stack.close();
    },
  };
}

export type ConsoleStage = Awaited<ReturnType<typeof openConsoleStage>>;
