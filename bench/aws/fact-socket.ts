import { once } from 'node:events';
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { WebSocket } from 'ws';
import type { Site } from './site.ts';

const ANSWER_TIMEOUT_MS = 40_000;
let opened = 0;

type Answer = Readonly<Record<string, unknown>>;

/** A connection that measures; its frames are kept as text. */
export class FactSocket {
  readonly frames: string[] = [];
  readonly closed: Promise<number>;
  readonly #socket: WebSocket;
  readonly #watchers = new Set<() => void>();
  #asked = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    this.closed = once(socket, 'close').then(([code]) => Number(code));
    socket.on('error', () => undefined);
    socket.on('message', (data) => {
      this.frames.push(String(data));
      for (const watch of [...this.#watchers]) watch();
    });
    socket.on('close', () => {
      for (const watch of [...this.#watchers]) watch();
    });
  }

  /** Opens a connection, through a proxy on this machine if a port is given. */
  static async open(site: Site, proxyPort?: number): Promise<FactSocket> {
    opened += 1;
    const url = `${site.webSocketUrl}?token=${site.token}&user=fact-${opened}&instance=i${opened}_1`;
    const { hostname, protocol } = new URL(url);
    const through = () => {
      const socket = connect(proxyPort ?? 0, '127.0.0.1');
      return protocol === 'wss:' ? connectTls({ socket, servername: hostname }) : socket;
    };
    const socket = new WebSocket(url, proxyPort === undefined ? {} : { createConnection: through });
    const own = new FactSocket(socket);
    const [first] = await Promise.race([once(socket, 'open').then(() => ['open']), once(socket, 'close')]);
    if (first !== 'open') throw new Error(`unable to connect to ${hostname}; the handshake was refused`);
    return own;
  }

  get isOpen(): boolean {
    return this.#socket.readyState === WebSocket.OPEN;
  }

  /** Sends frames of one message. */
  sendParts(parts: readonly string[]): void {
    for (const [index, part] of parts.entries()) this.#socket.send(part, { fin: index === parts.length - 1 });
  }

  send(frame: Answer): void {
    this.#socket.send(JSON.stringify(frame));
  }

  /** Sends a frame to the probe and returns its answer. */
  async ask(frame: Answer): Promise<Answer> {
    this.#asked += 1;
    const id = `fact-${this.#asked}`;
    this.send({ ...frame, id });
    const text = await this.frame(`the answer to ${String(frame.action)}`, (seen) => seen.includes(`"${id}"`));
    return JSON.parse(text) as Answer;
  }

  async connectionId(): Promise<string> {
    return String((await this.ask({ action: 'who' })).connectionId);
  }

  /** The first frame that fits, of those that came or will come. */
  frame(what: string, fits: (text: string) => boolean): Promise<string> {
    return new Promise((resolve, reject) => {
      const end = (): void => {
        clearTimeout(timer);
        this.#watchers.delete(watch);
      };
      const fail = (why: string): void => {
        end();
        reject(new Error(`unable to get ${what}; ${why}`));
      };
      const watch = (): void => {
        const found = this.frames.find(fits);
        if (found !== undefined) {
          end();
          resolve(found);
        } else if (this.#socket.readyState === WebSocket.CLOSED) fail('the connection is closed');
      };
      const timer = setTimeout(() => fail(`it did not come within ${ANSWER_TIMEOUT_MS} ms`), ANSWER_TIMEOUT_MS);
      this.#watchers.add(watch);
      watch();
    });
  }

  /** Sends a ping of the protocol; resolves with the pong. */
  async ping(): Promise<void> {
    const pong = once(this.#socket, 'pong', { signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS) });
    this.#socket.ping();
    await pong;
  }

  close(): void {
    this.#socket.close(1000);
  }

  terminate(): void {
    this.#socket.terminate();
  }
}
