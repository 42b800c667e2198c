import { afterAll, beforeAll, expect, it } from 'vitest';
import { openStage, type Stage } from '../../bin/scenario/stage.ts';
import { launchChromium } from '../e2e/chromium.ts';
import { openBuiltApp } from './built-app.ts';
import type { InstalledClient } from './installed-client.ts';
import { commonApp, exampleApp, hasNewerNode, moduleApp, newerApp, runApp } from './node-apps.ts';

const steps = ['connect 0', 'join 0', 'send 0', 'receive hello from bob', 'leave 0', 'destroy 0'];

/** Apps that installed the package and chat over the deployment on this machine. */
export function describeRunningApps(client: () => InstalledClient): void {
  let stage: Stage;

  beforeAll(async () => {
    stage = await openStage({ settings: {}, log: () => {} });
  });
  afterAll(() => stage.close());

  /** Bob answers the first message in a room, which an app sends; resolves to what the app returns. */
  async function withBob<Steps>(room: string, app: (server: string, token: string) => Promise<Steps>): Promise<Steps> {
    const bob = await stage.player(`bob-${room}`);
    expect(await bob.join(room)).toBe(0);
    const running = app(stage.stack.webSocketUrl, await stage.appServer.token(`alice-${room}`));
    const heard = bob.events.until('a message', ({ kind }) => kind === 'message');
    // An app that fails ends the test without waiting for its message.
    await Promise.race([heard, running]);
    expect((await bob.send(room, 'hello from bob')).code).toBe(0);
    return running;
  }

  it.each([
    ['an ES module', moduleApp],
    ['CommonJS', commonApp],
  ])('%s on the Node of npm, with ws', async (_, write) => {
    const app = await write(client());
    expect(await withBob(write.name, (...given) => runApp(app, [...given, write.name], []))).toEqual(steps);
  });

  it.runIf(hasNewerNode)('an ES module on a Node that has a WebSocket, without ws', async () => {
    const app = await newerApp(client());
    expect(await withBob('newer', (...given) => runApp(app, [...given, 'newer'], []))).toEqual(steps);
  });

  it('the example of the README', async () => {
    const app = await exampleApp(client());
    const lines = await withBob('room1', (...given) => runApp(app, given, ['sent', 'bob-room1 ']));
    expect(new Set(lines)).toEqual(new Set(['sent', 'bob-room1 hello from bob']));
  });

  it('a web app built by Vite, in a page and in a worker', async () => {
    const app = await openBuiltApp(client());
    const browser = await launchChromium();
    try {
      const page = await browser.newPage();
      await page.goto(app.url);
      for (const place of ['chatInPage', 'chatInWorker']) {
        const chat = (server: string, token: string) =>
          page.evaluate<string[]>(`${place}(${JSON.stringify({ server, token, room: place })})`);
        expect(await withBob(place, chat)).toEqual(steps);
      }
    } finally {
      await browser.close();
      await app.close();
    }
  });
}
