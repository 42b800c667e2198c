import { once } from 'node:events';
import { WebSocket } from 'ws';
import { type Draw, drawsOf, pick } from './draw.ts';

/** Where the frames go. */
export interface Target {
  readonly url: string;
  readonly token: (userId: string) => Promise<string>;
}

const KB = 1024;
/** So many frames, then a ping whose answer says that all of them were read. */
const WINDOW = 40;

/** One user who sends whatever the text of an input is, and opens a new connection where the last one was closed. */
export class SocketSender {
  readonly totals = new Map<string, number>();
  readonly #userId: string;
  readonly #target: Target;
  #socket: WebSocket | undefined;
  #pings = 0;

  constructor(userId: string, target: Target) {
    this.#userId = userId;
    this.#target = target;
  }

  /** Sends the inputs from one index to another. */
  async send(seed: number, from: number, to: number, textAt: (draw: Draw) => string): Promise<void> {
    for (let index = from; index < to; index += WINDOW) {
      const socket = await this.#open();
      for (let each = index; each < Math.min(index + WINDOW, to); each += 1) {
        const draw = drawsOf(seed, each);
        this.#count(sendOne(socket, draw, textAt(draw)));
      }
      this.#count(await this.#answered(socket));
    }
  }

  /** Whether a connection, this one or a new one, is served. */
  async isServed(): Promise<boolean> {
    for (let attempt = 0; attempt < 3; attempt += 1) {
      if ((await this.#answered(await this.#open())) === 'window answered') return true;
    }
    return false;
  }

  close(): void {
    this.#socket?.terminate();
  }

  async #open(): Promise<WebSocket> {
    if (this.#socket?.readyState === WebSocket.OPEN) return this.#socket;
    const token = await this.#target.token(this.#userId);
    const socket = new WebSocket(this.#target.url, ['doorman.v1', `token.${token}`], { perMessageDeflate: false });
    socket.on('error', () => this.#count('socket error'));
    socket.on('close', (code) => this.#count(`closed with ${code}`));
    socket.on('message', (data) => this.#count(codeOf(String(data))));
    await once(socket, 'open');
    this.#socket = socket;
    return socket;
  }

  /** Resolves when a ping is answered, or the connection is closed. */
  #answered(socket: WebSocket): Promise<string> {
    this.#pings += 1;
    const id = `fuzz-ping-${this.#pings}`;
    return new Promise((resolve) => {
      const onMessage = (data: unknown) => {
        if (String(data).includes(id)) settle('window answered');
      };
      const onClose = () => settle('window closed');
      const settle = (outcome: string) => {
        socket.off('message', onMessage).off('close', onClose);
        resolve(outcome);
      };
      socket.on('message', onMessage).on('close', onClose);
      if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ action: 'ping', id }));
      else if (socket.readyState === WebSocket.CLOSED) onClose();
    });
  }

  #count(what: string): void {
    this.totals.set(what, (this.totals.get(what) ?? 0) + 1);
  }
}

/** Most as one text; some in fragments, and few as what closes a connection. */
function sendOne(socket: WebSocket, draw: Draw, text: string): string {
  if (socket.readyState !== WebSocket.OPEN) return 'not sent';
  const kind = draw(400);
  if (kind === 0) {
    socket.send(Buffer.from(text), { binary: true });
    return 'sent binary';
  }
  if (kind === 1) {
    socket.send(Buffer.from([0x7b, 0x22, 0xc3, 0x28, 0xff]), { binary: false });
    return 'sent invalid UTF-8';
  }
  if (kind === 2) {
    socket.send('x'.repeat(pick(draw, [32 * KB + 1, 100 * KB, 128 * KB, 128 * KB + 1, 300 * KB])));
    return 'sent over 32 KB';
  }
  if (kind < 40) {
    const at = draw(text.length + 1);
    socket.send(text.slice(0, at), { fin: false });
    socket.send('', { fin: false });
    socket.send(text.slice(at), { fin: true });
    return 'sent in fragments';
  }
  socket.send(text);
  return 'sent as text';
}

function codeOf(text: string): string {
  const { code, event, message } = JSON.parse(text) as Readonly<Record<string, unknown>>;
  if (event === 'answer') return `answer ${code}`;
  return typeof event === 'string' ? `push ${event}` : `error ${message}`;
}
