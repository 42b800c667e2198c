import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { listen } from '../../lib/local/base/listen.ts';
import { HEALTHY, type PipeClock, TcpLink } from '../support/tcp-link.ts';

/** The header by which a client names its link. */
export const LINK_HEADER = 'x-link';

/** `mute`: nothing reaches the server any more; `deaf`: nothing reaches the client; `dead`: both. */
export type Deafness = 'mute' | 'deaf' | 'dead';

/** Torture has real time, and neither delays nor slow links. */
const clock: PipeClock = { now: Date.now, after: (run, delayMs) => setTimeout(run, delayMs) };

/** One TCP connection between a client and the gateway. */
export class Link {
  readonly id: string;
  /** By the id that the gateway has given it, once it has. */
  connectionId: string | undefined;
  readonly #tcp: TcpLink;

  constructor(id: string, client: Socket, gateway: Socket, ended: () => void) {
    this.id = id;
    this.#tcp = new TcpLink({
      ...{ client, server: gateway, clock, up: HEALTHY, down: HEALTHY, ended },
      noted: () => undefined,
    });
  }

  get isOver(): boolean {
    return this.#tcp.isOver;
  }

  get isHealthy(): boolean {
    const { up, down } = this.#tcp;
    return !this.isOver && [up, down].every(({ mode }) => !mode.isLossy && !mode.isFrozen);
  }

  /** Both sides get a reset. */
  cut(): void {
    this.#tcp.reset();
  }

  /** Bytes are swallowed, ends too: neither side is notified. */
  swallow(how: Deafness): void {
    if (how !== 'deaf') this.#tcp.up.set({ isLossy: true });
    if (how !== 'mute') this.#tcp.down.set({ isLossy: true });
  }

  /** Holds all bytes back, until they are released. */
  stall(): void {
    for (const pipe of [this.#tcp.up, this.#tcp.down]) pipe.set({ isFrozen: true });
  }

  release(): void {
    for (const pipe of [this.#tcp.up, this.#tcp.down]) pipe.set({ isFrozen: false });
  }
}

/** The TCP proxy between the clients and the gateway. */
export class Links {
  readonly #server: Server;
  readonly #links = new Map<string, Link>();
  #port = 0;

  constructor(gatewayPort: () => number) {
    this.#server = createServer((client) => void this.#accept(client, gatewayPort()).catch(() => client.destroy()));
  }

  async open(): Promise<number> {
    this.#port = await listen(this.#server, 0);
    return this.#port;
  }

  get port(): number {
    return this.#port;
  }

  get(id: string): Link | undefined {
    return this.#links.get(id);
  }

  all(): readonly Link[] {
    return [...this.#links.values()];
  }

  /** Lets every link work, or ends it where bytes are missing. */
  heal(): void {
    for (const link of this.all()) {
      link.release();
      if (!link.isHealthy) link.cut();
    }
  }

  close(): void {
    this.#server.close();
    for (const link of this.all()) link.cut();
  }

  async #accept(client: Socket, gatewayPort: number): Promise<void> {
    client.on('error', () => client.destroy());
    let head = Buffer.alloc(0);
    while (!head.includes('\r\n\r\n')) {
      const [chunk] = (await Promise.race([once(client, 'data'), once(client, 'close')])) as [unknown];
      if (!Buffer.isBuffer(chunk)) return;
      head = Buffer.concat([head, chunk]);
    }
    client.pause();
    const id = new RegExp(`^${LINK_HEADER}: (.*)$`, 'im').exec(head.toString('latin1'))?.[1]?.trim() ?? '';
    const gateway = connect(gatewayPort, '127.0.0.1');
    gateway.write(head);
    this.#links.set(id, new Link(id, client, gateway, () => this.#links.delete(id)));
    client.resume();
  }
}
