import fc from 'fast-check';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchChromium } from '../e2e/chromium.ts';
import { type OpenPage, openConsole } from './console-page.ts';
import { type ConsoleStage, openConsoleStage } from './console-stage.ts';

const COUNT = 200;
const ENTRIES_AT_ONCE = 20;
/** Each is a user with a connection of their own. */
const NAMES = 20;
const RAN = 'globalThis.hasRun=1';

/** Texts that run in a page which takes one of them for markup, an address or a script. */
const payload = fc
  .tuple(
    fc.constantFrom('', '">', "'>", '</script>', '</textarea>', '-->', ']]>', '`>', '\u2028', '</li></ul>'),
    fc.constantFrom(
      `<img src=x onerror=${RAN}>`,
      `<svg onload=${RAN}>`,
      `<script>${RAN}</script>`,
      `<iframe srcdoc="<script>parent.${RAN}</script>"></iframe>`,
      `<details open ontoggle=${RAN}>`,
      `<a href="javascript:${RAN}" autofocus onfocus=${RAN}>x</a>`,
      `<input autofocus onfocus=${RAN}>`,
      `<style>*{animation:a}</style><b onanimationstart=${RAN}>`,
      `<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=${RAN}&gt;">`,
      `<base href="//attacker.example/"><link rel=stylesheet href=//attacker.example/a.css>`,
      `<meta http-equiv=refresh content="0;url=javascript:${RAN}">`,
      `javascript:${RAN}`,
      `{{constructor.constructor('${RAN}')()}}`,
      `\${${RAN}}`,
    ),
    fc.constantFrom(
      (text: string) => text,
      (text: string) => text.toUpperCase(),
      encoded,
    ),
    fc.nat(),
  )
  .map(([before, markup, written, number]) => `${before}${written(markup)} ${number}`);

function encoded(text: string): string {
  return text.replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

const payloads = fc.sample(payload, { numRuns: COUNT, seed: 15 });

let stage: ConsoleStage;
let browser: Browser;
let open: OpenPage;

beforeAll(async () => {
  [stage, browser] = await Promise.all([openConsoleStage(), launchChromium()]);
  open = await openConsole(browser, stage);
  await open.untilPresence('ben', 'online');
});

afterAll(async () => {
  await browser.close();
  await stage.close();
});

const room = async (): Promise<string> => String(await open.page.locator('.top code').textContent());

/** Nothing ran, and nothing that a payload names is in the page. */
async function expectText(): Promise<void> {
  expect(open.faults).toEqual([]);
  expect(await open.page.evaluate('globalThis.hasRun')).toBeUndefined();
  const added = 'document.querySelectorAll("img, iframe, style, base, meta[http-equiv], body script, a, math").length';
  // The page's own script stands in its head.
  expect(await open.page.evaluate(added)).toBe(0);
}

it('messages with markup are shown as text', async () => {
  const chatroomId = await room();
  for (const text of payloads) {
    const content = JSON.stringify({ content: text });
    const message = { fromUserId: 'mallory', objectName: 'RC:TxtMsg', content, toChatroomId: chatroomId };
    await stage.appServer.call('/message/chatroom/publish.json', message);
  }
  await open.page
    .locator('[data-person="ann"] .chat')
    .getByText(String(payloads.at(-1)), { exact: false })
    .waitFor();
  const shown = (await open.page.locator('[data-person="ann"] .chat li').allTextContents()).join('\n');
  expect(payloads.filter((text) => !shown.includes(text))).toEqual([]);
  await expectText();
});

it('entries with markup are shown as text', async () => {
  const chatroomId = await room();
  for (let from = 0; from < COUNT; from += ENTRIES_AT_ONCE) {
    const values = payloads.slice(from, from + ENTRIES_AT_ONCE);
    const entryInfo = JSON.stringify(Object.fromEntries(values.map((value, index) => [`key${from + index}`, value])));
    await stage.appServer.call('/chatroom/entry/batch/set.json', { chatroomId, entryOwnerId: 'ann', entryInfo });
  }
  await open.page.getByText(`Entries (${COUNT})`).click();
  const shown = (await open.page.locator('.entries li').allTextContents()).join('\n');
  expect(payloads.filter((text) => !shown.includes(text))).toEqual([]);
  await expectText();
});

it('names and ids with markup are shown as text', async () => {
  const names = payloads.slice(0, NAMES).map((text, index) => `${index}${text}`.slice(0, 64));
  for (const [index, name] of names.entries()) {
    await open.page.getByLabel('Name of a new person').fill(name);
    await open.page.getByRole('button', { name: 'Add' }).click();
    await open.page.locator(`.members > li:nth-child(${index + 3})[data-presence="online"]`).waitFor();
  }
  // The field takes the name of a user who is here already, and the refusal repeats it.
  await open.page.getByLabel('Name of a new person').fill(String(names[0]));
  await open.page.getByRole('button', { name: 'Add' }).click();
  await open.page.locator('.events .error').last().waitFor();
  const shown = String(await open.page.locator('.members').textContent());
  expect(names.filter((name) => !shown.includes(name.trim()))).toEqual([]);
  await expectText();
});
