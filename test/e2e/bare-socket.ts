import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { WebSocket } from 'ws';
import { EventLog } from '../../bin/scenario/event-log.ts';
import type { Witness } from './witness.ts';

/** A frame of the server. */
export type ServerFrame = Readonly<Record<string, unknown>> & { readonly event?: string; readonly code?: number };

/** How a bare socket presents itself. */
export interface SocketOptions {
  readonly url: string;
  readonly token: string;
  /** `sub-protocol`, or `query` for clients that cannot set one. */
  readonly tokenIn: 'sub-protocol' | 'query';
  readonly instance: string;
  readonly witness: Witness;
}

/** A connection without the SDK, whose error answers go to the witness. */
export class BareSocket {
  readonly frames = new EventLog<ServerFrame>();
  readonly closed: Promise<unknown>;
  readonly #socket: WebSocket;
  #asked = 0;

  private constructor(socket: WebSocket, witness: Witness) {
    this.#socket = socket;
    socket.on('message', (data) => {
      const frame = JSON.parse(String(data)) as ServerFrame;
      if (frame.event === undefined || (frame.code ?? 0) !== 0) witness.show('a frame with an error', String(data));
      this.frames.add(frame);
    });
    socket.on('error', () => undefined);
    this.closed = once(socket, 'close').then(([code, reason]) => {
      witness.show('a close frame', `${code} ${String(reason)}`);
    });
  }

  /** Opens a socket; the status instead where the handshake is refused. */
  static async open({ url, token, tokenIn, instance, witness }: SocketOptions): Promise<BareSocket | number> {
    const query = new URLSearchParams({ platform: 'mobile', instance, ...(tokenIn === 'query' && { token }) });
    const offered = ['doorman.v1', ...(tokenIn === 'query' ? [] : [`token.${token}`])];
    const socket = new WebSocket(`${url}?${query}`, offered);
    const bare = new BareSocket(socket, witness);
    const refusal = once(socket, 'unexpected-response').then(async ([, response]: IncomingMessage[]) => {
      if (response === undefined) throw new Error('unable to open a socket; there is no response');
      witness.show('a refused handshake', `${JSON.stringify(response.headers)} ${await text(response)}`);
      return response.statusCode ?? 0;
    });
    return Promise.race([once(socket, 'open').then(() => bare), refusal]);
  }

  /** Sends a frame and returns its answer. */
  ask(frame: Readonly<Record<string, unknown>>): Promise<ServerFrame> {
    this.#asked += 1;
    const id = `ask-${this.#asked}`;
    this.#socket.send(JSON.stringify({ ...frame, id }));
    return this.frames.until(`the answer to ${String(frame.action)}`, (seen) => seen.id === id);
  }

  /** Sends text as it is and returns the next frame. */
  async say(text: string): Promise<ServerFrame> {
    const { length } = this.frames.all;
    this.#socket.send(text);
    await this.frames.until('an answer', () => this.frames.all.length > length);
    return this.frames.all[length] ?? {};
  }

  until(what: string, fits: (frame: ServerFrame) => boolean): Promise<ServerFrame> {
    return this.frames.until(what, fits);
  }

  /** Destroys the socket without a close frame. */
  terminate(): void {
    this.#socket.terminate();
  }
}
