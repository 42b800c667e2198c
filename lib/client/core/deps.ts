import type { Platform } from '../../protocol/handshake.ts';

/** The timers that the whole client uses. */
export interface Timers {
  setTimeout(run: () => void, delayMs: number): unknown;
  clearTimeout(timer: unknown): void;
}

/** The part of a WebSocket that the client uses: of a browser, of React Native or of `ws`. */
export interface ClientSocket {
  /** The sub-protocol that the server selected; '' = none. */
  readonly protocol: string;
  onopen: ((event: never) => void) | null;
  onmessage: ((event: never) => void) | null;
  onerror: ((event: never) => void) | null;
  onclose: ((event: never) => void) | null;
  send(text: string): void;
  close(code?: number): void;
}
export type ClientSocketConstructor = new (url: string, protocols: string[]) => ClientSocket;

/** A user has one device of each. */
export type { Platform };

/** What the platform notices: the network is back or gone; the app is visible or hidden. */
export type PlatformEvent = 'online' | 'offline' | 'visible' | 'hidden';

/** Where the platform reports what it notices. Calling what `subscribe` returns ends the subscription. */
export interface PlatformEvents {
  subscribe(listener: (event: PlatformEvent) => void): () => void;
}

/** Fetches a token for the user from the app's server; it may throw or reject where there is none now. */
export type TokenProvider = () => string | Promise<string>;

/** What the client takes from its runtime. An absent one comes from the platform, once, when the client is created. */
export interface RuntimeOptions {
  /** Default: web if there is a document, otherwise mobile. */
  platform?: Platform;
  /** Default: the browser's events. React Native's NetInfo and AppState can be passed here. */
  platformEvents?: PlatformEvents;
  /**
   * Within so many seconds a member of a room notices that a connection is dead that nothing has closed: 30 to 3,600,
   * 60 by default. The smaller, the more a quiet room costs: docs/client-states.md says how much.
   */
  deafSec?: number;
  WebSocket?: ClientSocketConstructor;
  timers?: Timers;
  random?: () => number;
  now?: () => number;
}

/** The options with all defaults filled in, as the inside of the client gets them. */
export interface ClientDeps {
  /** '' = not known. */
  readonly appKey: string;
  readonly server: string;
  readonly platform: Platform;
  readonly platformEvents: PlatformEvents | undefined;
  readonly deafMs: number;
  readonly Socket: ClientSocketConstructor;
  readonly timers: Timers;
  readonly random: () => number;
  readonly now: () => number;
}
