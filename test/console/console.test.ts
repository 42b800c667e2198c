import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { launchChromium } from '../e2e/chromium.ts';
import { accessibilityFindings } from './accessibility.ts';
import { type OpenPage, openConsole } from './console-page.ts';
import { type ConsoleStage, openConsoleStage } from './console-stage.ts';

// A browser and a whole deployment: a machine that does much else is slow, and that is no failure.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 600_000 });

let stage: ConsoleStage;
let browser: Browser;
let open: OpenPage;

beforeAll(async () => {
  [stage, browser] = await Promise.all([openConsoleStage(), launchChromium()]);
  open = await openConsole(browser, stage);
});

afterAll(async () => {
  await browser.close();
  await stage.close();
});

it('opens with a room and two people who are in it', async () => {
  await open.untilPresence('ann', 'online');
  await open.untilPresence('ben', 'online');
});

it('a message reaches the pane of everyone', async () => {
  const field = open.page.getByLabel('Message of ann');
  await field.fill('hello ben');
  await field.press('Enter');
  await open.page.locator('[data-person="ben"] .chat').getByText('hello ben').waitFor();
});

it('KICK-31ST: the last message that is tolerated evicts nobody, and the next one does', async () => {
  expect(await open.play('messages')).toBe('The 31st message has evicted ann.');
  expect(await open.member('ann').getAttribute('data-evicted-by')).toBe('32');
  const sentence = open.member('ann').getByText('evicted by message');
  expect(await sentence.textContent()).toBe('evicted by message 32, the 31st since they went offline at message 1');
  await open.page.locator('.events').getByText('ann: left (offline)').waitFor();
  expect(await marksOf('ann')).toEqual(expect.arrayContaining(['removed: 31st message', '30 s offline']));
  await open.picture('story-messages');
});

it('KICK-30S: the first message after the grace evicts', async () => {
  expect(await open.play('grace', 'skip the wait')).toBe('The first message after 30.0 s has evicted ann.');
  expect(await open.member('ann').getAttribute('data-evicted-by')).toBe('2');
  expect(await open.member('ann').locator('p').textContent()).toMatch(
    /^evicted by message 2: it came 3\d\.\d s after they went offline, later than 30\.0 s$/,
  );
  expect(await marksOf('ann')).toEqual(['31st message', 'removed', 'removed: 30 s offline']);
  await open.picture('story-grace');
});

it('KICK-SILENT: nobody sends, so the member stays and resumes', async () => {
  expect(await open.play('silence', 'skip the wait')).toBe(
    'Nobody sent anything, so ann stayed a member, and has resumed.',
  );
  expect(await open.member('ann').getAttribute('data-presence')).toBe('online');
  expect(await open.member('ann').locator('.segment.removed').count()).toBe(0);
  await open.picture('story-silence');
});

it('ALLOWLIST: no number of messages evicts', async () => {
  expect(await open.play('allowlist')).toBe('32 messages have not evicted ann: they are on the allowlist.');
  expect(await open.member('ann').getAttribute('data-presence')).toBe('online');
  expect(await open.member('ann').locator('.segment.removed').count()).toBe(0);
  await open.picture('story-allowlist');
});

it('an evicted member who reconnects joins again, and sees why', async () => {
  expect(await open.play('messages')).toContain('evicted ann');
  await open.page.getByRole('button', { name: 'Reconnect: ann' }).click();
  await open.untilPresence('ann', 'online');
  await open.page.locator('.events').getByText('ann: the SDK reports that they were removed (offline)').waitFor();
});

it('BLOCK: the server removes a member at once, and refuses the join', async () => {
  await open.page.getByRole('group', { name: 'ann' }).getByRole('button', { name: 'block' }).click();
  await open.untilPresence('ann', 'blocked');
  await open.page.getByRole('button', { name: 'Join: ann' }).click();
  await open.page.locator('.events .error').first().waitFor();
});

it('LEAVE: a member who leaves is removed', async () => {
  await open.page.getByRole('button', { name: 'Leave: ben' }).click();
  await open.untilPresence('ben', 'removed');
  expect(await open.member('ben').locator('p').textContent()).toBe('left the room');
});

it('has no serious finding of accessibility, wide, on a phone and dark', async () => {
  await open.play('messages');
  expect(await accessibilityFindings(open.page)).toEqual([]);
  await open.picture('wide');
  await open.page.emulateMedia({ colorScheme: 'dark' });
  expect(await accessibilityFindings(open.page)).toEqual([]);
  await open.picture('dark');
  await open.page.setViewportSize({ width: 390, height: 844 });
  expect(await accessibilityFindings(open.page)).toEqual([]);
  await open.page.emulateMedia({ colorScheme: 'light' });
  await open.picture('phone');
  const width = await open.page.evaluate('document.documentElement.scrollWidth');
  expect(width).toBeLessThanOrEqual(390);
  await open.page.setViewportSize({ width: 1440, height: 900 });
});

it('every button and field is reached by the keyboard alone', async () => {
  const count = 'document.querySelectorAll("button:enabled, input, summary").length';
  const focused = 'document.activeElement?.matches("button, input, summary") ? 1 : 0';
  await open.page.evaluate('document.activeElement?.blur()');
  const expected = Number(await open.page.evaluate(count));
  let reached = 0;
  for (let presses = 0; presses < expected + 20 && reached < expected; presses += 1) {
    await open.page.keyboard.press('Tab');
    reached += Number(await open.page.evaluate(focused));
  }
  expect(reached).toBeGreaterThanOrEqual(expected);
});

it('a connection that is lost without a word counts as online until the server notices', async () => {
  await open.page.getByRole('button', { name: 'New room' }).click();
  await open.page.locator('[data-person]').first().waitFor({ state: 'detached' });
  for (const name of ['cara', 'dan']) {
    await open.page.getByLabel('Name of a new person').fill(name);
    await open.page.getByRole('button', { name: 'Add' }).click();
    await open.untilPresence(name, 'online');
  }
  await open.page.getByRole('button', { name: 'Go silent: cara' }).click();
  await open.untilPresence('cara', 'silent');
  const room = String(await open.page.locator('.top code').textContent());
  expect(await stage.appServer.call('/user/checkOnline.json', { userId: 'cara' })).toMatchObject({ status: '1' });
  expect(await stage.appServer.isMember(room, 'cara')).toBe(true);
  await open.page.getByRole('button', { name: 'Reconnect: cara' }).click();
  await open.untilPresence('cara', 'online');
  expect(await open.member('cara').locator('.segment.silent').count()).toBeGreaterThan(0);
});

it('KICK-REALTIME: the sweep evicts without a message', async () => {
  const ended = 'Nobody sent anything; the sweep of the real-time service has evicted ann.';
  expect(await open.play('real-time')).toBe(ended);
  expect(await open.member('ann').locator('p').textContent()).toMatch(/^evicted by the real-time service after/);
  expect(await open.member('ann').getAttribute('data-evicted-by')).toBeNull();
  expect(await marksOf('ann')).toContain('removed: the sweep');
  expect(await open.member('ben').getAttribute('data-presence')).toBe('online');
  await open.picture('story-real-time');
});

it('nothing of all that made an error, or asked another host', () => {
  expect(open.faults).toEqual([]);
});

/** The words on both strips of a member. */
const marksOf = (userId: string): Promise<string[]> =>
  open.member(userId).locator('.limit text, .end text').allTextContents();
