import { AppServer } from '../../bin/scenario/app-server.ts';
import { startLocal } from '../../bin/start-local.ts';

/** A deployment whose clock and schedules the test moves, and which loses every `$disconnect`. */
export async function startAhead(settings: Readonly<Record<string, string | number | boolean>>) {
  let aheadMs = 0;
  const now = () => Date.now() + aheadMs;
  const log: string[] = [];
  const stack = await startLocal({
    port: 0,
    settings,
    now,
    testing: { schedules: 'manual', disconnectDelivery: async () => undefined },
    log: (line) => log.push(line),
    step: () => undefined,
  });
  return {
    stack,
    appServer: new AppServer(stack),
    now,
    pass: (ms: number) => {
      aheadMs += ms;
    },
    sweep: () => stack.testing.fireSchedules(now()),
    /** The log lines about calls that a function had no grant for. */
    denials: () => log.filter((line) => /AccessDenied|not authorized/i.test(line)),
  };
}

export type AheadDeployment = Awaited<ReturnType<typeof startAhead>>;
