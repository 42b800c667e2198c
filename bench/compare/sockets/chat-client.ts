import { WebSocket } from 'ws';
import { SUB_PROTOCOL, TOKEN_SUB_PROTOCOL_PREFIX } from '../../../lib/protocol/handshake.ts';

/** One connection, whatever the server speaks on it. Clients of all servers run the same code but for these frames. */
export interface Dialect {
  readonly title: string;
  /** The program that serves it. */
  readonly entry: string;
  dial(url: string, token: string): WebSocket;
  /** What the client sends once the socket is open, before its first request; it goes on when this is answered. */
  readonly greeting: string | undefined;
  join(id: number, room: string): string;
  send(id: number, room: string, text: string): string;
  /** The id of the request that a text answers; undefined = it is none. Throws where the request was refused. */
  answerTo(text: string): number | undefined;
  /** What the client has to say to this text, to stay connected. */
  replyTo(text: string): string | undefined;
}

const ANSWER = /"event":"answer","id":"r(\d+)","code":(-?\d+)/;

/** Doorman's own protocol. */
export const doormanDialect: Dialect = {
  title: 'Doorman, local stack',
  entry: 'doorman-server.ts',
  dial: (url, token) => new WebSocket(url, [SUB_PROTOCOL, `${TOKEN_SUB_PROTOCOL_PREFIX}${token}`]),
  greeting: undefined,
  join: (id, room) => JSON.stringify({ action: 'join', id: `r${id}`, room, messageCount: -1, autoCreate: true }),
  send: (id, room, text) =>
    JSON.stringify({ action: 'send', id: `r${id}`, room, clientMessageId: `m${id}`, type: 'RC:TxtMsg', content: text }),
  answerTo: (text) => {
    const [, id, code] = ANSWER.exec(text) ?? [];
    if (id === undefined) return undefined;
    if (code !== '0') throw new Error(`unable to go on; the server refused: ${text}`);
    return Number(id);
  },
  replyTo: () => undefined,
};

/** Engine.IO's and Socket.IO's packets, as their clients send them over a WebSocket. */
export const socketIoDialect: Dialect = {
  title: 'Socket.IO rooms',
  entry: 'socket-io-server.ts',
  dial: (url) => new WebSocket(url),
  greeting: '40',
  join: (id, room) => `42${id}${JSON.stringify(['join', room])}`,
  send: (id, room, text) => `42${id}${JSON.stringify(['send', room, text])}`,
  answerTo: (text) => {
    if (text.startsWith('40')) return 0;
    const [, id] = /^43(\d+)\[/.exec(text) ?? [];
    return id === undefined ? undefined : Number(id);
  },
  replyTo: (text) => (text === '2' ? '3' : undefined),
};

/** A connected member of a room. */
export class ChatClient {
  readonly #socket: WebSocket;
  readonly #dialect: Dialect;
  readonly #waiting = new Map<number, () => void>();
  #lastId = 0;

  private constructor(socket: WebSocket, dialect: Dialect, onText: (text: string) => void) {
    this.#socket = socket;
    this.#dialect = dialect;
    socket.on('message', (data) => {
      const text = data.toString();
      const reply = dialect.replyTo(text);
      if (reply !== undefined) return socket.send(reply);
      const id = dialect.answerTo(text);
      if (id === undefined) return onText(text);
      this.#waiting.get(id)?.();
      this.#waiting.delete(id);
    });
  }

  /** Connects. `onText` gets every text but the answers to this client. */
  static async open(dialect: Dialect, url: string, token: string, onText: (text: string) => void): Promise<ChatClient> {
    const socket = dialect.dial(url, token);
    const client = new ChatClient(socket, dialect, onText);
    await new Promise((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('error', reject);
    });
    if (dialect.greeting !== undefined) await client.#request(0, dialect.greeting);
    return client;
  }

  join(room: string): Promise<void> {
    this.#lastId += 1;
    return this.#request(this.#lastId, this.#dialect.join(this.#lastId, room));
  }

  /** Resolves when the server has accepted the message. */
  send(room: string, text: string): Promise<void> {
    this.#lastId += 1;
    return this.#request(this.#lastId, this.#dialect.send(this.#lastId, room, text));
  }

  close(): void {
    this.#socket.terminate();
  }

  #request(id: number, text: string): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      this.#socket.send(text);
    });
  }
}
