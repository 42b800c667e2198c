// The deployment on this machine, with tokens for its users: doorman-server <users>
import { AppServer } from '../../../bin/scenario/app-server.ts';
import { startLocal } from '../../../bin/start-local.ts';
import { serve, usersOf } from './server-protocol.ts';

await serve(async () => {
  let isClosing = false;
  const stack = await startLocal({
    port: 0,
    // What is tried here is how much goes through, not what one user may send.
    settings: { serverApiCallsPerSec: 0, sendsPerSecond: 200, roomMessageQuota: 0 },
    // At the end all clients leave at once, and nobody waits for what becomes of that.
    log: (line) => isClosing || console.error(line),
    step: () => {},
    // Nobody is gone, so the sweep would only take its share of the machine.
    testing: { schedules: 'manual' },
  });
  const appServer = new AppServer(stack);
  const tokens: string[] = [];
  for (const user of usersOf(Number(process.argv[2]))) tokens.push(await appServer.token(user));
  const close = (): Promise<void> => {
    isClosing = true;
    return stack.close();
  };
  return { url: stack.webSocketUrl, tokens, close };
});
