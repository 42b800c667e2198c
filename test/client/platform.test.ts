import { expect, it } from 'vitest';
import { browserEvents, platformOf } from '../../lib/client/connection/platform.ts';
import { createEngine } from '../../lib/client/index.ts';
import { Access, SimulatedNetwork } from '../simulation/simulated-network.ts';
import { VirtualTimers } from '../simulation/virtual-timers.ts';

/** The part of a browser that the client uses. */
function browser(isOnline: boolean) {
  const window = new EventTarget();
  const page = Object.assign(new EventTarget(), { visibilityState: 'visible' as DocumentVisibilityState });
  return Object.assign(window, { document: page, navigator: { onLine: isOnline } });
}

it('the platform is web if there is a document, otherwise mobile', () => {
  expect(platformOf(browser(true))).toBe('web');
  expect(platformOf({})).toBe('mobile');
});

it('there are no platform events outside a browser', () => {
  expect(browserEvents(globalThis)).toBeUndefined();
});

it('the events of a browser arrive until the subscription ends', () => {
  const window = browser(true);
  const events: string[] = [];
  const stop = browserEvents(window)?.subscribe((event) => events.push(event));
  const happen = () => {
    window.dispatchEvent(new Event('offline'));
    window.dispatchEvent(new Event('online'));
    window.document.dispatchEvent(new Event('visibilitychange'));
  };
  happen();
  expect(events).toEqual(['offline', 'online', 'visible']);
  window.document.visibilityState = 'hidden';
  window.document.dispatchEvent(new Event('visibilitychange'));
  expect(events.splice(3)).toEqual(['hidden']);
  stop?.();
  happen();
  expect(events).toHaveLength(3);
});

it('a hidden page is reported at once', () => {
  const events: string[] = [];
  const window = browser(true);
  window.document.visibilityState = 'hidden';
  browserEvents(window)?.subscribe((event) => events.push(event));
  expect(events).toEqual(['hidden']);
});

it('a missing network is reported at once', () => {
  const events: string[] = [];
  browserEvents(browser(false))?.subscribe((event) => events.push(event));
  expect(events).toEqual(['offline']);
});

it('the platform goes into the query of the address, after what is there already', async () => {
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
