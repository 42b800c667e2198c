import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openStage, type Stage } from '../../bin/scenario/stage.ts';
import { issueToken } from '../../lib/handlers/token.ts';
import { listen } from '../support/listen.ts';
import { launchChromium } from './chromium.ts';

let stage: Stage;
let browser: Browser;
let pages: Server;
let port: number;

beforeAll(async () => {
  browser = await launchChromium();
  stage = await openStage({ settings: {}, log: () => {} });
  pages = pageServer(await bundleSdk());
  port = await listen(pages);
});

afterAll(async () => {
  await browser.close();
  await new Promise((resolve) => pages.close(resolve));
  await stage.close();
});

async function bundleSdk(): Promise<string> {
  const client = join(import.meta.dirname, '..', '..', 'lib', 'client', 'index.ts');
  const options = { bundle: true, write: false, format: 'iife', globalName: 'doorman', platform: 'browser' } as const;
  const { outputFiles } = await build({ ...options, entryPoints: [client] });
  return outputFiles[0]?.text ?? '';
}

function pageServer(script: string): Server {
  return createServer((request, response) => {
    const isScript = request.url === '/sdk.js';
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html; charset=utf-8');
    response.end(isScript ? script : '<!doctype html><title>chat</title><ul></ul><script src="/sdk.js"></script>');
  });
}

/** The script of the page: it joins, shows each message and sends one. The browser gets it as text. */
const pageChat = (server: string, token: string): string => `(async () => {
  const engine = doorman.createEngine('', { server: ${JSON.stringify(server)} });
  engine.setOnMessageReceivedListener((message) => {
    const line = document.createElement('li');
    line.textContent = message.senderUserId + ': ' + message.text;
    document.querySelector('ul').append(line);
  });
  const codes = [];
  codes.push(await new Promise((end) => engine.connect(${JSON.stringify(token)}, 20, { onConnected: end })));
  codes.push(await new Promise((end) => engine.joinChatRoom('web', -1, true, { onChatRoomJoined: end })));
  const message = await engine.createTextMessage(3, 'web', '', 'hello from the browser');
  codes.push(await new Promise((end) => engine.sendMessage(message, { onMessageSent: end })));
  return codes;
})()`;

it('the SDK joins, sends and receives in a browser', async () => {
  const node = await stage.player('node');
  expect(await node.join('web')).toBe(0);
  const page = await browser.newPage();
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(error.message));
  await page.goto(`http://127.0.0.1:${port}/`);
  const token = await stage.appServer.token('browser');
  expect(await page.evaluate(pageChat(stage.stack.webSocketUrl, token))).toEqual([0, 0, 0]);
  const heard = await node.events.until('the message of the browser', ({ kind }) => kind === 'message');
  expect(heard).toMatchObject({ from: 'browser', text: 'hello from the browser' });
  expect((await node.send('web', 'hello from Node')).code).toBe(0);
  await page.getByText('node: hello from Node').waitFor();
  expect(faults).toEqual([]);
  await page.close();
});

/** The script of a page that connects with a token that is refused; by its clock no token has expired. */
const pageRefusal = (server: string, token: string): string => `(async () => {
  const engine = doorman.createEngine('', { server: ${JSON.stringify(server)}, now: () => 0 });
  const statuses = [];
  engine.setOnConnectionStatusChangedListener((status) => statuses.push(doorman.RCIMIWConnectionStatus[status]));
  const code = await new Promise((end) => engine.connect(${JSON.stringify(token)}, 20, { onConnected: end }));
  await engine.destroy();
  return [code, statuses];
})()`;

it('a browser learns why its token is refused, at the first attempt', async () => {
  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${port}/`);
  const token = await stage.appServer.token('refused');
  const forged = `${token.slice(0, token.lastIndexOf('.'))}.${'A'.repeat(43)}`;
  const { webSocketUrl, appKey, appSecret } = stage.stack;
  const expired = await issueToken('refused', appKey, appSecret, Date.now() - 120_000, 60);
  const refused = (given: string) => page.evaluate(pageRefusal(webSocketUrl, given));
  expect(await refused(forged)).toEqual([31004, ['CONNECTING', 'TOKEN_INCORRECT']]);
  expect(await refused(expired)).toEqual([31020, ['CONNECTING', 'TOKEN_INCORRECT']]);
  await page.close();
});
