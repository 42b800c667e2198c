import fc from 'fast-check';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import type { WebhookEvent } from '../../lib/protocol/webhook.ts';
import { webhookRequest } from '../../lib/server-api/webhook.ts';
import { launchChromium } from '../e2e/chromium.ts';
import { type OpenPage, openConsole } from './console-page.ts';
import { type ConsoleStage, openConsoleStage } from './console-stage.ts';

const COUNT = 200;
const AT_ONCE = 20;
/** Lines of the list of events that nothing pushes out. */
const KEPT = 100;
/** The longest name that the field takes. */
const NAME_MAX = 64;
const RAN = 'hasRun=1';

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

// A browser and a whole deployment: a machine that does much else is slow, and that is no failure.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 600_000 });

let stage: ConsoleStage;
let browser: Browser;
let open: OpenPage;
let roomId: string;

beforeAll(async () => {
  [stage, browser] = await Promise.all([openConsoleStage(), launchChromium()]);
});

beforeEach(async () => {
  open = await openConsole(browser, stage);
  await open.untilPresence('ben', 'online');
  roomId = String(await open.page.locator('.top code').textContent());
});

afterEach(() => open.page.close());

afterAll(async () => {
  await browser.close();
  await stage.close();
});

/** Nothing ran, and nothing that a payload names is in the page. */
async function expectText(): Promise<void> {
  expect(open.faults).toEqual([]);
  expect(await open.page.evaluate('globalThis.hasRun ?? globalThis.HASRUN')).toBeUndefined();
  const added = 'document.querySelectorAll("img, iframe, style, base, meta[http-equiv], body script, a, math").length';
  // The page's own script stands in its head.
  expect(await open.page.evaluate(added)).toBe(0);
}

it('messages with markup are shown as text', async () => {
  const publish = (text: string) => {
    const content = JSON.stringify({ content: text });
    const message = { fromUserId: 'mallory', objectName: 'RC:TxtMsg', content, toChatroomId: roomId };
    return stage.appServer.call('/message/chatroom/publish.json', message);
  };
  for (let from = 0; from < COUNT; from += AT_ONCE) {
    await Promise.all(payloads.slice(from, from + AT_ONCE).map(publish));
  }
  await open.page.locator(`[data-person="ann"] .chat li:nth-child(${COUNT})`).waitFor();
  const shown = (await open.page.locator('[data-person="ann"] .chat li').allTextContents()).join('\n');
  expect(payloads.filter((text) => !shown.includes(text))).toEqual([]);
  await expectText();
});

it('entries with markup are shown as text', async () => {
  for (let from = 0; from < COUNT; from += AT_ONCE) {
    const values = payloads.slice(from, from + AT_ONCE);
    const entryInfo = JSON.stringify(Object.fromEntries(values.map((value, index) => [`key${from + index}`, value])));
    await stage.appServer.call('/chatroom/entry/batch/set.json', {
      chatroomId: roomId,
      entryOwnerId: 'ann',
      entryInfo,
    });
  }
  await open.page.getByText(`Entries (${COUNT})`).click();
  const shown = (await open.page.locator('.entries li').allTextContents()).join('\n');
  expect(payloads.filter((text) => !shown.includes(text))).toEqual([]);
  await expectText();
});

it('ids with markup are shown as text, and so is what the webhook says of them', async () => {
  const joins = payloads.map((userId, index): WebhookEvent => {
    return { eventId: `e${index}`, chatRoomId: roomId, userIds: [userId], status: 0, type: 1, time: 1 };
  });
  const call = { url: stage.server.webhookUrl, ...stage.keys, events: joins, nonce: 'n1', timestampMs: Date.now() };
  const { url, headers, body } = webhookRequest(call);
  expect((await fetch(url, { method: 'POST', headers, body })).status).toBe(200);
  await open.page.locator(`.members > li:nth-child(${COUNT + 2})`).waitFor();
  const [members, listed] = [open.page.locator('.members'), open.page.locator('.events')];
  const [shown, events] = [String(await members.textContent()), String(await listed.textContent())];
  expect(payloads.filter((text) => !shown.includes(text))).toEqual([]);
  // The list keeps the newest.
  expect(payloads.slice(-KEPT).filter((text) => !events.includes(text))).toEqual([]);
  await expectText();
});

it('names with markup are shown as text', async () => {
  // What is tested is the page: their connections wait for a token.
  await open.page.route('**/api/call', () => undefined);
  const names = payloads.map((text, index) => `${index} ${text}`.slice(0, NAME_MAX).trim());
  // The refusal of a user who is here already repeats the name.
  for (const name of [...names, ...names.slice(0, 1)]) {
    await open.page.getByLabel('Name of a new person').fill(name);
    await open.page.getByRole('button', { name: 'Add', exact: true }).click();
  }
  await open.page.locator(`[data-person]:nth-of-type(${COUNT + 2})`).waitFor();
  const shown = String(await open.page.locator('.people').textContent());
  expect(names.filter((name) => !shown.includes(name))).toEqual([]);
  await open.page.locator('.events .error').getByText(String(names[0])).waitFor();
  await expectText();
});
