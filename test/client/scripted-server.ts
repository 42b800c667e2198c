import { createServer, type Server } from 'node:http';
import { type WebSocket, WebSocketServer } from 'ws';
import type { ClientFrame } from '../../lib/protocol/client-frames.ts';
import type { ServerFrame } from '../../lib/protocol/push-frames.ts';
import { listen } from '../support/listen.ts';

/** Keeps what arrives and returns it in order, whether it was asked for before or after it came. */
export class Inbox<T> {
  readonly #items: T[] = [];
  readonly #waiting: ((item: T) => void)[] = [];

  put(item: T): void {
    const waiting = this.#waiting.shift();
    if (waiting === undefined) this.#items.push(item);
    else waiting(item);
  }

  next(): Promise<T> {
    const item = this.#items.shift();
    return item === undefined ? new Promise((resolve) => this.#waiting.push(resolve)) : Promise.resolve(item);
  }
}

/** A server that does what the test says, on a real socket. */
export class ScriptedServer {
  readonly frames = new Inbox<ClientFrame>();
  readonly connections = new Inbox<readonly string[]>();
  readonly urls = new Inbox<string>();
  /** The status of the next handshakes; undefined = they succeed. */
  refuseWith: number | undefined;
  readonly #http: Server;
  #port = 0;
  /** The sub-protocol that the server selects; undefined = the first one offered. */
  selected: string | undefined;
  readonly #sockets = new WebSocketServer({
    noServer: true,
    handleProtocols: ([first]) => this.selected ?? first ?? false,
  });
  #current: WebSocket | undefined;

  private constructor() {
    this.#http = createServer();
    this.#http.on('upgrade', (request, socket, head) => {
      if (this.refuseWith !== undefined) {
        socket.end(`HTTP/1.1 ${this.refuseWith} No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
        return;
      }
      this.#sockets.handleUpgrade(request, socket, head, (webSocket) => {
        this.#current = webSocket;
        webSocket.on('message', (data) => this.frames.put(JSON.parse(String(data)) as ClientFrame));
        this.urls.put(request.url ?? '');
        this.connections.put((request.headers['sec-websocket-protocol'] ?? '').split(/, */));
      });
    });
  }

  static async start(): Promise<ScriptedServer> {
    const server = new ScriptedServer();
    server.#port = await listen(server.#http);
    return server;
  }

  get url(): string {
    return `ws://127.0.0.1:${this.#port}`;
  }

  send(frame: ServerFrame): void {
    this.#current?.send(JSON.stringify(frame));
  }

  /** The next frame, which must be of this action. */
  async take<Action extends ClientFrame['action']>(action: Action): Promise<Extract<ClientFrame, { action: Action }>> {
    const frame = await this.frames.next();
    if (frame.action !== action)
      throw new Error(`unable to take ${action}; the next frame is ${JSON.stringify(frame)}`);
    return frame as Extract<ClientFrame, { action: Action }>;
  }

  /** Ends the connection without a close frame. */
  disconnect(): void {
    this.#current?.terminate();
  }

  async stop(): Promise<void> {
    for (const client of this.#sockets.clients) client.terminate();
    await new Promise((resolve) => this.#http.close(resolve));
  }
}
