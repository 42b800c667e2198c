import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { listen } from '../../lib/local/base/listen.ts';

/** The header by which a client names its link. */
export const LINK_HEADER = 'x-link';

/** `mute`: nothing reaches the server any more; `deaf`: nothing reaches the client; `dead`: both. */
export type Deafness = 'mute' | 'deaf' | 'dead';

/** One TCP connection between a client and the gateway. */
export class Link {
  readonly id: string;
  /** By the id that the gateway has given it, once it has. */
  connectionId: string | undefined;
  readonly #client: Socket;
  readonly #gateway: Socket;
  readonly #onEnd: () => void;
  #swallowsUp: boolean = false;
  #swallowsDown: boolean = false;
  #held: (() => void)[] | undefined;
  #isOver: boolean = false;

  constructor(id: string, client: Socket, gateway: Socket, onEnd: () => void) {
    this.id = id;
    this.#client = client;
    this.#gateway = gateway;
    this.#onEnd = onEnd;
    client.on('data', (chunk) => this.#pass(() => !this.#swallowsUp && gateway.write(chunk)));
    gateway.on('data', (chunk) => this.#pass(() => !this.#swallowsDown && client.write(chunk)));
    for (const socket of [client, gateway]) socket.on('error', () => socket.destroy());
    client.on('close', () => this.#pass(() => !this.#swallowsUp && this.#over()));
    gateway.on('close', () => this.#pass(() => !this.#swallowsDown && this.#over()));
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  get isHealthy(): boolean {
    return !this.#isOver && !this.#swallowsUp && !this.#swallowsDown && this.#held === undefined;
  }

  /** Both sides get a reset. */
  cut(): void {
    if (this.#isOver) return;
    this.#client.resetAndDestroy();
    this.#gateway.resetAndDestroy();
    this.#over();
  }

  /** Bytes are swallowed, ends too: neither side is notified. */
  swallow(how: Deafness): void {
    this.#swallowsUp ||= how !== 'deaf';
    this.#swallowsDown ||= how !== 'mute';
  }

  /** Holds all bytes back, until they are released. */
  stall(): void {
    this.#held ??= [];
  }

  release(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const each of held) each();
  }

  #pass(run: () => void): void {
    if (this.#held === undefined) run();
    else this.#held.push(run);
  }

  #over(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#client.destroy();
    this.#gateway.destroy();
    this.#onEnd();
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
