import { expect, it } from 'vitest';
import { createEngine } from '../../lib/client/index.ts';
import { browserEvents, platformOf } from '../../lib/client/platform.ts';
import { Access, SimulatedNetwork } from '../simulation/simulated-network.ts';
import { VirtualTimers } from '../simulation/virtual-timers.ts';

/** What a browser has, as far as it is used. */
function browser(isOnline: boolean) {
  const window = new EventTarget();
  const page = Object.assign(new EventTarget(), { visibilityState: 'visible' as DocumentVisibilityState });
  return Object.assign(window, { document: page, navigator: { onLine: isOnline } });
}

it('takes what has a document for the web, and all else for a mobile device', () => {
  expect(platformOf(browser(true))).toBe('web');
  expect(platformOf({})).toBe('mobile');
});

it('has no events where there is no browser', () => {
  expect(browserEvents(globalThis)).toBeUndefined();
});

it("passes a browser's events on until nobody listens", () => {
  const window = browser(true);
  const heard: string[] = [];
  const stop = browserEvents(window)?.subscribe((event) => heard.push(event));
  const happen = () => {
    window.dispatchEvent(new Event('offline'));
    window.dispatchEvent(new Event('online'));
    window.document.dispatchEvent(new Event('visibilitychange'));
  };
  happen();
  expect(heard).toEqual(['offline', 'online', 'visible']);
  window.document.visibilityState = 'hidden';
  window.document.dispatchEvent(new Event('visibilitychange'));
  expect(heard.splice(3)).toEqual(['hidden']);
  stop?.();
  happen();
  expect(heard).toHaveLength(3);
});

it('says at once that the page is hidden', () => {
  const heard: string[] = [];
  const window = browser(true);
  window.document.visibilityState = 'hidden';
  browserEvents(window)?.subscribe((event) => heard.push(event));
  expect(heard).toEqual(['hidden']);
});

it('says at once that there is no network', () => {
  const heard: string[] = [];
  browserEvents(browser(false))?.subscribe((event) => heard.push(event));
  expect(heard).toEqual(['offline']);
});

it('goes into the address, behind a query that is there already', async () => {
  const timers = new VirtualTimers();
  const urls: URL[] = [];
  const network = new SimulatedNetwork(
    timers,
    () => 0.5,
    {
      connect: (wire) => urls.push(wire.url),
      received: () => {},
      disconnected: () => {},
    },
    'wire',
  );
  const deps = { WebSocket: new Access(network).Socket, timers, random: () => 0.5, now: () => 0 };
  const engine = createEngine('', { server: 'wss://chat.test/?tenant=t', platform: 'desktop', ...deps });
  await engine.connect('e30.eyJzdWIiOiJhbm4ifQ.x', 0);
  timers.advance(100);
  const query = Object.fromEntries(urls[0]?.searchParams ?? []);
  expect(query).toEqual({ tenant: 't', platform: 'desktop', instance: expect.stringMatching(/^[a-z0-9]+_1$/) });
  await engine.destroy();
});
