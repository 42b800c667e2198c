import type { Platform, PlatformEvents } from '../core/deps.ts';

/** What a browser has, and Node and React Native lack. */
interface BrowserGlobals {
  readonly addEventListener?: typeof globalThis.addEventListener;
  readonly removeEventListener?: typeof globalThis.removeEventListener;
  readonly document?: Pick<Document, 'visibilityState' | 'addEventListener' | 'removeEventListener'>;
  readonly navigator?: Pick<Navigator, 'onLine'>;
}

/** The kind of device, for an app that does not say. */
export function platformOf({ document }: BrowserGlobals): Platform {
  return document === undefined ? 'mobile' : 'web';
}

/** The events of a browser; undefined outside a browser. */
export function browserEvents(browser: BrowserGlobals): PlatformEvents | undefined {
  const { addEventListener, removeEventListener, document, navigator } = browser;
  if (addEventListener === undefined || removeEventListener === undefined || document === undefined) return undefined;
  return {
    subscribe: (listener) => {
      const online = () => listener('online');
      const offline = () => listener('offline');
      const turned = () => listener(document.visibilityState === 'visible' ? 'visible' : 'hidden');
      addEventListener.call(browser, 'online', online);
      addEventListener.call(browser, 'offline', offline);
      document.addEventListener('visibilitychange', turned);
      if (navigator?.onLine === false) offline();
      if (document.visibilityState === 'hidden') turned();
      return () => {
        removeEventListener.call(browser, 'online', online);
        removeEventListener.call(browser, 'offline', offline);
        document.removeEventListener('visibilitychange', turned);
      };
    },
  };
}
