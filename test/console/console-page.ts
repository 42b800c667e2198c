import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Locator, Page, WebSocket } from 'playwright-core';

const pictures = join(import.meta.dirname, '..', '..', '.doorman', 'console');

/** The console in a browser, with everything that went wrong in it. */
export interface OpenPage {
  readonly page: Page;
  /** Errors of scripts, refusals by the CSP, dialogs and requests of other hosts. */
  readonly faults: string[];
  /** The connections that are open. */
  readonly sockets: ReadonlySet<WebSocket>;
  /** The line of a member on the time line. */
  readonly member: (userId: string) => Locator;
  /** Waits until the member has that presence there. */
  readonly untilPresence: (userId: string, presence: string) => Promise<void>;
  /** Plays a story to its end, and returns how it ended. */
  readonly play: (story: string) => Promise<string>;
  /** Writes a picture to `.doorman/console`, which git ignores. */
  readonly picture: (name: string) => Promise<Buffer>;
}

export async function openConsole(browser: Browser, url: string): Promise<OpenPage> {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(`error: ${error.message}`));
  page.on('dialog', (dialog) => {
    faults.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (request) => {
    if (!/^(http|ws):\/\/127\.0\.0\.1:/.test(request.url())) faults.push(`request: ${request.url()}`);
  });
  page.on('console', (message) => {
    if (/Content Security Policy|TrustedHTML/i.test(message.text())) faults.push(`policy: ${message.text()}`);
  });
  const sockets = new Set<WebSocket>();
  page.on('websocket', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await page.goto(url);
  const member = (userId: string) => page.locator(`[data-member="${userId}"]`);
  const untilPresence = (userId: string, presence: string) =>
    page.locator(`[data-member="${userId}"][data-presence="${presence}"]`).waitFor();
  return {
    page,
    faults,
    sockets,
    member,
    untilPresence,
    play: async (story) => {
      await page.locator(`[data-story="${story}"]`).click();
      await page.locator(`[data-story="${story}"][aria-pressed="true"]`).waitFor();
      const ended = page.locator('.step.good, .step.bad');
      await ended.waitFor();
      return String(await ended.textContent());
    },
    picture: (name) => {
      mkdirSync(pictures, { recursive: true });
      return page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });
    },
  };
}
