import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import type { ConsoleStage } from './console-stage.ts';

const pictures = join(import.meta.dirname, '..', '..', '.doorman', 'console');
/** The limit of the test comes first. */
const TIMEOUT_MS = 600_000;

/** The console in a browser, with everything that went wrong in it. */
export interface OpenPage {
  readonly page: Page;
  /** Errors of scripts, refusals by the CSP, dialogs and requests of other hosts. */
  readonly faults: string[];
  /** The line of a member on the time line. */
  readonly member: (userId: string) => Locator;
  /** Waits until the member has that presence there. */
  readonly untilPresence: (userId: string, presence: string) => Promise<void>;
  /** Plays a story to its end by one click, or by a second one that skips its wait. Returns how it ended. */
  readonly play: (story: string, hasWait?: 'skip the wait') => Promise<string>;
  /** With `CONSOLE_PICTURES=1`, writes a picture to `.doorman/console`, which git ignores. */
  readonly picture: (name: string) => Promise<void>;
}

export async function openConsole(browser: Browser, { server, pageClock }: ConsoleStage): Promise<OpenPage> {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  page.setDefaultTimeout(TIMEOUT_MS);
  await page.addInitScript(pageClock);
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
  await page.goto(server.url);
  const member = (userId: string) => page.locator(`[data-member="${userId}"]`);
  const untilPresence = (userId: string, presence: string) =>
    page.locator(`[data-member="${userId}"][data-presence="${presence}"]`).waitFor();
  return {
    page,
    faults,
    member,
    untilPresence,
    play: async (story, hasWait) => {
      await page.locator(`[data-story="${story}"]`).click();
      await page.locator(`[data-story="${story}"][aria-pressed="true"]`).waitFor();
      if (hasWait !== undefined) await page.getByRole('button', { name: 'Skip the wait' }).click();
      const ended = page.locator('.step.good, .step.bad');
      await ended.waitFor();
      return String(await ended.textContent());
    },
    picture: async (name) => {
      if (process.env.CONSOLE_PICTURES !== '1') return;
      mkdirSync(pictures, { recursive: true });
      await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });
    },
  };
}
