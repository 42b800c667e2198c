import { Code } from '../protocol/codes.ts';
import { REFUSED_SUB_PROTOCOL_PREFIX, SUB_PROTOCOL, TOKEN_SUB_PROTOCOL_PREFIX } from '../protocol/frames.ts';
import { backoffDelaysMs } from './backoff.ts';
import { readToken } from './token.ts';
import { type ClientSocket, type EngineDeps, RCIMIWConnectionStatus } from './types.ts';

const HANDSHAKE_TIMEOUT_MS = 10_000;
/** How Node and React Native word a refused handshake; a browser says nothing. */
const REFUSED_HANDSHAKE = /(?:response|code)\D*40[13]\b/i;

/** Why the server may refuse a connection; a browser learns it only by a sub-protocol that it offered. */
const REFUSAL_CODES: readonly number[] = [Code.TOKEN_INCORRECT, Code.USER_BLOCKED, Code.TOKEN_EXPIRED];

const STATUS_OF_CODE: ReadonlyMap<number, RCIMIWConnectionStatus> = new Map([
  [Code.TOKEN_INCORRECT, RCIMIWConnectionStatus.TOKEN_INCORRECT],
  [Code.TOKEN_EXPIRED, RCIMIWConnectionStatus.TOKEN_INCORRECT],
  [Code.USER_BLOCKED, RCIMIWConnectionStatus.CONN_USER_BLOCKED],
  [Code.CUT_OFF, RCIMIWConnectionStatus.CONN_USER_BLOCKED],
  [Code.KICKED_BY_OTHER_DEVICE, RCIMIWConnectionStatus.KICKED_OFFLINE_BY_OTHER_CLIENT],
]);

/** What a connection tells its owner. */
export interface ConnectionEvents {
  status(status: RCIMIWConnectionStatus): void;
  up(): void;
  /** Lost or closed after it was up. */
  down(): void;
  text(text: string): void;
  /** Nobody tries any more. */
  stopped(): void;
}

/** A WebSocket that comes back by itself, until it is closed or the server wants it no more. */
export class Connection {
  readonly #deps: EngineDeps;
  readonly #events: ConnectionEvents;
  #socket: ClientSocket | undefined;
  #isUp: boolean = false;
  #token: string | undefined;
  #backoff: Generator<number, never>;
  #connected: ((code: number) => void) | undefined;
  #connectTimer: unknown;
  #attemptTimer: unknown;

  constructor(deps: EngineDeps, events: ConnectionEvents) {
    this.#deps = deps;
    this.#events = events;
    this.#backoff = backoffDelaysMs(deps.random);
  }

  /** true from `open` until it is closed or gives up, connected or not. */
  get isWanted(): boolean {
    return this.#token !== undefined;
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  /** Connects; `connected` gets 0 or why not, once. timeoutSec <= 0 = try until it works or the token is refused. */
  open(token: string, timeoutSec: number, connected: (code: number) => void): void {
    this.#token = token;
    this.#connected = connected;
    this.#backoff = backoffDelaysMs(this.#deps.random);
    if (timeoutSec > 0) {
      const giveUp = () => this.close(RCIMIWConnectionStatus.TIMEOUT, Code.CONNECT_TIMEOUT);
      this.#connectTimer = this.#deps.timers.setTimeout(giveUp, timeoutSec * 1000);
    }
    this.#attempt(token);
  }

  send(text: string): void {
    if (this.#isUp) this.#socket?.send(text);
  }

  /** Ends it for good; `code` is for a `connected` that is still waiting. */
  close(status: RCIMIWConnectionStatus, code: number): void {
    this.#token = undefined;
    this.#deps.timers.clearTimeout(this.#attemptTimer);
    this.#letGo();
    this.#events.status(status);
    this.#settleConnect(code);
    this.#events.stopped();
  }

  /** The server has ended it for good, and this is why. */
  end(code: number): void {
    this.close(STATUS_OF_CODE.get(code) ?? RCIMIWConnectionStatus.UNCONNECTED, code);
  }

  /** For a peer that is silent: takes the connection as lost without waiting for the network to say so. */
  drop(): void {
    if (this.#isUp) this.#lost('');
  }

  #attempt(token: string): void {
    this.#events.status(RCIMIWConnectionStatus.CONNECTING);
    const socket = this.#construct(token);
    if (socket === undefined) {
      this.end(Code.TOKEN_INCORRECT);
      return;
    }
    this.#socket = socket;
    let failure = '';
    this.#attemptTimer = this.#deps.timers.setTimeout(() => this.#lost(''), HANDSHAKE_TIMEOUT_MS);
    socket.onopen = () => this.#opened(socket.protocol);
    socket.onmessage = (event: { readonly data: unknown }) => this.#arrived(event.data);
    socket.onerror = (event: { readonly message?: string }) => {
      failure = event.message ?? '';
    };
    socket.onclose = () => this.#lost(failure);
  }

  /** undefined: the token cannot be a sub-protocol, so it is no token. */
  #construct(token: string): ClientSocket | undefined {
    const refusals = REFUSAL_CODES.map((code) => `${REFUSED_SUB_PROTOCOL_PREFIX}${code}`);
    const protocols = [SUB_PROTOCOL, TOKEN_SUB_PROTOCOL_PREFIX + token, ...refusals];
    try {
      return new this.#deps.Socket(this.#deps.server, protocols);
    } catch {
      return undefined;
    }
  }

  #opened(protocol: string): void {
    if (protocol.startsWith(REFUSED_SUB_PROTOCOL_PREFIX)) {
      this.end(Number(protocol.slice(REFUSED_SUB_PROTOCOL_PREFIX.length)));
      return;
    }
    this.#deps.timers.clearTimeout(this.#attemptTimer);
    this.#isUp = true;
    this.#events.status(RCIMIWConnectionStatus.CONNECTED);
    if (this.#isUp) this.#events.up();
    this.#settleConnect(Code.OK);
  }

  #arrived(data: unknown): void {
    // Only a server that speaks ends the waiting; one that accepts and drops at once must not be hammered.
    this.#backoff = backoffDelaysMs(this.#deps.random);
    if (typeof data === 'string') this.#events.text(data);
  }

  #lost(failure: string): void {
    const token = this.#token;
    if (token === undefined) return;
    const wasUp = this.#isUp;
    this.#deps.timers.clearTimeout(this.#attemptTimer);
    this.#letGo();
    const code = wasUp ? undefined : this.#refusal(token, failure);
    if (code !== undefined) {
      this.end(code);
      return;
    }
    this.#events.status(RCIMIWConnectionStatus.SUSPEND);
    // A listener may have closed the engine.
    if (this.#token !== token) return;
    const retry = () => this.#attempt(token);
    this.#attemptTimer = this.#deps.timers.setTimeout(retry, this.#backoff.next().value);
  }

  #refusal(token: string, failure: string): number | undefined {
    const expiresAtMs = readToken(token)?.expiresAtMs;
    if (expiresAtMs !== undefined && expiresAtMs <= this.#deps.now()) return Code.TOKEN_EXPIRED;
    return REFUSED_HANDSHAKE.test(failure) ? Code.TOKEN_INCORRECT : undefined;
  }

  #letGo(): void {
    const socket = this.#socket;
    const wasUp = this.#isUp;
    this.#socket = undefined;
    this.#isUp = false;
    if (socket !== undefined) {
      // Not null: `ws` throws an error that nobody listens to, and closing during the handshake is one.
      const ignore = () => {};
      socket.onopen = ignore;
      socket.onmessage = ignore;
      socket.onerror = ignore;
      socket.onclose = ignore;
      socket.close();
    }
    if (wasUp) this.#events.down();
  }

  #settleConnect(code: number): void {
    const connected = this.#connected;
    this.#connected = undefined;
    this.#deps.timers.clearTimeout(this.#connectTimer);
    connected?.(code);
  }
}
