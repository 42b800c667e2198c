import { Code } from '../protocol/codes.ts';
import {
  INSTANCE_QUERY,
  PLATFORM_QUERY,
  REFUSED_SUB_PROTOCOL_PREFIX,
  SUB_PROTOCOL,
  TOKEN_SUB_PROTOCOL_PREFIX,
} from '../protocol/handshake.ts';
import type { ClientSocket, EngineDeps } from './types.ts';

const HANDSHAKE_TIMEOUT_MS = 10_000;
/** How Node and React Native word a refused handshake; a browser gives no reason. */
const REFUSED_HANDSHAKE = /(?:response|code)\D*40[13]\b/i;
/** The codes of a refused connection. A browser sees them only as one of the sub-protocols that it offered. */
const REFUSAL_CODES: readonly number[] = [
  Code.TOKEN_INCORRECT,
  Code.USER_BLOCKED,
  Code.KICKED_BY_OTHER_DEVICE,
  Code.TOKEN_EXPIRED,
  Code.ACCOUNT_CANCELLED,
];

/** What a link is dialled with. */
export interface LinkGiven {
  readonly token: string;
  /** The same for all links of one login. */
  readonly loginId: string;
  /** The token has expired: its life has passed since `connect`. */
  readonly isExpired: boolean;
}

/** What a link reports to its owner; nothing more once it is closed. */
export interface LinkEvents {
  opened(): void;
  text(text: string): void;
  /** The link is gone, or did not open. `refusal`: the code with which the server refuses this token for good. */
  ended(refusal: number | undefined): void;
}

/** One WebSocket from its handshake to its end. */
export class Link {
  readonly #deps: EngineDeps;
  readonly #events: LinkEvents;
  #socket: ClientSocket | undefined;
  #isOpen: boolean = false;
  readonly #handshakeTimer: unknown;

  /** Dials at once. */
  constructor(deps: EngineDeps, given: LinkGiven, events: LinkEvents) {
    this.#deps = deps;
    this.#events = events;
    const socket = this.#construct(given.token, given.loginId);
    const [code, delayMs] = socket === undefined ? [Code.TOKEN_INCORRECT, 0] : [undefined, HANDSHAKE_TIMEOUT_MS];
    this.#handshakeTimer = deps.timers.setTimeout(() => this.#ended(code), delayMs);
    if (socket === undefined) return;
    this.#socket = socket;
    let failure = '';
    socket.onopen = () => this.#opened(socket.protocol);
    socket.onmessage = ({ data }: { readonly data: unknown }) => {
      if (typeof data === 'string') events.text(data);
    };
    socket.onerror = (event: { readonly message?: string }) => {
      failure = event.message ?? '';
    };
    socket.onclose = () => this.#ended(this.#isOpen ? undefined : this.#refusal(given.isExpired, failure));
  }

  send(text: string): void {
    if (this.#isOpen) this.#socket?.send(text);
  }

  close(): void {
    const socket = this.#socket;
    this.#socket = undefined;
    this.#isOpen = false;
    this.#deps.timers.clearTimeout(this.#handshakeTimer);
    if (socket === undefined) return;
    // Not null: `ws` throws an error that has no listener, and closing during the handshake raises one.
    const ignore = () => {};
    socket.onopen = ignore;
    socket.onmessage = ignore;
    socket.onerror = ignore;
    socket.onclose = ignore;
    socket.close();
  }

  /** undefined: the token is not valid as a sub-protocol, so it is not a token. */
  #construct(token: string, loginId: string): ClientSocket | undefined {
    const { server, platform, Socket } = this.#deps;
    // React Native's URL cannot set a query.
    const query = `${PLATFORM_QUERY}=${encodeURIComponent(platform)}&${INSTANCE_QUERY}=${loginId}`;
    const url = `${server}${server.includes('?') ? '&' : '?'}${query}`;
    const refusals = REFUSAL_CODES.map((code) => `${REFUSED_SUB_PROTOCOL_PREFIX}${code}`);
    try {
      return new Socket(url, [SUB_PROTOCOL, TOKEN_SUB_PROTOCOL_PREFIX + token, ...refusals]);
    } catch {
      return undefined;
    }
  }

  #opened(protocol: string): void {
    if (protocol.startsWith(REFUSED_SUB_PROTOCOL_PREFIX)) {
      this.#ended(Number(protocol.slice(REFUSED_SUB_PROTOCOL_PREFIX.length)));
      return;
    }
    this.#deps.timers.clearTimeout(this.#handshakeTimer);
    this.#isOpen = true;
    this.#events.opened();
  }

  #ended(refusal: number | undefined): void {
    this.close();
    this.#events.ended(refusal);
  }

  #refusal(isExpired: boolean, failure: string): number | undefined {
    if (isExpired) return Code.TOKEN_EXPIRED;
    return REFUSED_HANDSHAKE.test(failure) ? Code.TOKEN_INCORRECT : undefined;
  }
}
