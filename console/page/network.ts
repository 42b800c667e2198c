import type { ClientSocket, ClientSocketConstructor, PlatformEvent, PlatformEvents } from './sdk.ts';

/** `down`: closed, and nothing connects. `silent`: frames vanish in both directions, and no side learns of it. */
export type NetworkState = 'up' | 'down' | 'silent';

/** The network of one user, which the page can take away. The SDK gets `Socket` and `platformEvents`. */
export class Network {
  state: NetworkState = 'up';
  readonly Socket: ClientSocketConstructor;
  readonly platformEvents: PlatformEvents;
  readonly #life = new AbortController();
  readonly #sockets = new Set<SwitchedSocket>();
  readonly #listeners = new Set<(event: PlatformEvent) => void>();

  constructor() {
    const dial = (url: string, protocols: string[]) => new SwitchedSocket(this, url, protocols, this.#sockets);
    this.Socket = function Dialled(url: string, protocols: string[]) {
      return dial(url, protocols);
    } as unknown as ClientSocketConstructor;
    this.platformEvents = {
      subscribe: (listener) => {
        this.#listeners.add(listener);
        return () => this.#listeners.delete(listener);
      },
    };
    const { signal } = this.#life;
    const seen = () => this.#report(document.hidden ? 'hidden' : 'visible');
    addEventListener('online', () => this.state === 'up' && this.#report('online'), { signal });
    document.addEventListener('visibilitychange', seen, { signal });
  }

  /** The connection is closed, as by a browser that goes offline; the server notices at once. */
  goDown(): void {
    this.state = 'down';
    for (const socket of this.#sockets) socket.end();
    this.#report('offline');
  }

  /** The connection stays open and is dead: the server notices when the lease is over. */
  goSilent(): void {
    this.state = 'silent';
  }

  /** What was silent is closed: it lost frames, so only a new connection is whole. */
  goUp(): void {
    const wasSilent = this.state === 'silent';
    this.state = 'up';
    if (wasSilent) for (const socket of this.#sockets) socket.end();
    this.#report('online');
  }

  /** Closes what was silent, and hears the browser no more. */
  end(): void {
    this.goUp();
    this.#life.abort();
  }

  #report(event: PlatformEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}

/** A WebSocket of the browser, behind the switch of its network. */
class SwitchedSocket implements ClientSocket {
  onopen: ((event: never) => void) | null = null;
  onmessage: ((event: never) => void) | null = null;
  onerror: ((event: never) => void) | null = null;
  onclose: ((event: never) => void) | null = null;
  readonly #network: Network;
  readonly #sockets: Set<SwitchedSocket>;
  readonly #real: WebSocket | undefined;

  constructor(network: Network, url: string, protocols: string[], sockets: Set<SwitchedSocket>) {
    this.#network = network;
    this.#sockets = sockets;
    if (network.state === 'up') this.#real = this.#dial(url, protocols);
    else if (network.state === 'down') setTimeout(() => this.onclose?.({} as never), 0);
  }

  get protocol(): string {
    return this.#real?.protocol ?? '';
  }

  send(text: string): void {
    if (this.#network.state === 'up') this.#real?.send(text);
  }

  /** Without a network the close does not arrive either. */
  close(): void {
    if (this.#network.state !== 'silent') this.end();
  }

  /** Closes it for both sides. */
  end(): void {
    this.#real?.close();
  }

  #dial(url: string, protocols: string[]): WebSocket {
    const real = new WebSocket(url, protocols);
    this.#sockets.add(this);
    const isHeard = () => this.#network.state !== 'silent';
    real.onopen = (event) => isHeard() && this.onopen?.(event as never);
    real.onmessage = (event) => isHeard() && this.onmessage?.(event as never);
    real.onerror = (event) => isHeard() && this.onerror?.(event as never);
    real.onclose = (event) => {
      this.#sockets.delete(this);
      if (isHeard()) this.onclose?.(event as never);
    };
    return real;
  }
}
