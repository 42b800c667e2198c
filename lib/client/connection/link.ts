import { Code } from '../../protocol/codes.ts';
import {
  INSTANCE_QUERY,
  PLATFORM_QUERY,
  REFUSED_SUB_PROTOCOL_PREFIX,
  SUB_PROTOCOL,
  TOKEN_SUB_PROTOCOL_PREFIX,
} from '../../protocol/handshake.ts';
import type { ClientDeps, ClientSocket } from '../core/deps.ts';
import type { Fetched, TokenSource } from './token-source.ts';

const HANDSHAKE_TIMEOUT_MS = 10_000;
/** How Node and React Native word a refused handshake; a browser gives no reason. */
const REFUSED_HANDSHAKE = /(?:response|code)\D*(40[134])\b/i;
/** What a sub-protocol may consist of. */
const SUB_PROTOCOL_FORM = /^[\w.~!#$%&'*+^`|-]+$/;
/** The codes of a refused connection. A browser sees them only as one of the sub-protocols that it offered. */
const REFUSAL_CODES: readonly number[] = [
  Code.TOKEN_INCORRECT,
  Code.USER_BLOCKED,
  Code.KICKED_BY_OTHER_DEVICE,
  Code.TOKEN_EXPIRED,
  Code.OTHER_DEVICE_CONNECTED,
  Code.ACCOUNT_CANCELLED,
];

/** What a link reports to its owner; nothing more once it is closed. */
export interface LinkEvents {
  opened(): void;
  text(text: string): void;
  /** The link is gone, or did not open. `refusal`: the code with which the server refuses this token for good. */
  ended(refusal: number | undefined): void;
}

/** One WebSocket from its handshake to its end. */
export class Link {
  readonly #deps: ClientDeps;
  readonly #tokens: TokenSource;
  readonly #loginId: string;
  readonly #events: LinkEvents;
  #socket: ClientSocket | undefined;
  #isOpen: boolean = false;
  #isClosed: boolean = false;
  /** The token was fetched for this link. */
  #isFresh: boolean = false;
  #endTimer: unknown;

  /** Dials at once, or as soon as there is a fresh token. `loginId`: the same for all links of one login. */
  constructor(deps: ClientDeps, tokens: TokenSource, loginId: string, events: LinkEvents) {
    this.#deps = deps;
    this.#tokens = tokens;
    this.#loginId = loginId;
    this.#events = events;
    this.#endAfter(HANDSHAKE_TIMEOUT_MS, undefined);
    const next = tokens.next();
    if (typeof next === 'string') this.#dial(next);
    else void this.#dialAfter(next);
  }

  /** A link that cannot send is lost, as its owner learns later. */
  send(text: string): void {
    try {
      if (this.#isOpen) this.#socket?.send(text);
    } catch {
      this.#endAfter(0, undefined);
    }
  }

  close(): void {
    const socket = this.#socket;
    this.#socket = undefined;
    this.#isOpen = false;
    this.#isClosed = true;
    this.#deps.timers.clearTimeout(this.#endTimer);
    if (socket === undefined) return;
    // Not null: `ws` throws an error that has no listener, and closing during the handshake raises one.
    const ignore = () => {};
    socket.onopen = ignore;
    socket.onmessage = ignore;
    socket.onerror = ignore;
    socket.onclose = ignore;
    socket.close();
  }

  async #dialAfter(fetching: Promise<Fetched>): Promise<void> {
    this.#isFresh = true;
    // Without a token now it is as without a network: the client tries again.
    const fetched = await fetching.catch(() => ({ refusal: undefined }));
    if (this.#isClosed) return;
    if ('token' in fetched) this.#dial(fetched.token);
    else this.#ended(fetched.refusal);
  }

  #dial(token: string): void {
    const socket = this.#construct(token);
    if (typeof socket === 'number') {
      // Later: the connection that dials has no link to end yet.
      this.#endAfter(0, socket);
      return;
    }
    this.#socket = socket;
    let failure = '';
    socket.onopen = () => this.#opened(socket.protocol);
    socket.onmessage = ({ data }: { readonly data: unknown }) => {
      if (typeof data === 'string') this.#events.text(data);
    };
    socket.onerror = (event: { readonly message?: string }) => {
      failure = event.message ?? '';
    };
    socket.onclose = () => (this.#isOpen ? this.#ended(undefined) : this.#refused(this.#refusal(failure)));
  }

  /** A code: there can be no socket with this token, or to this address. */
  #construct(token: string): ClientSocket | number {
    const { server, platform, Socket } = this.#deps;
    if (!SUB_PROTOCOL_FORM.test(token)) return Code.TOKEN_INCORRECT;
    // React Native's URL cannot set a query.
    const query = `${PLATFORM_QUERY}=${encodeURIComponent(platform)}&${INSTANCE_QUERY}=${this.#loginId}`;
    const url = `${server}${server.includes('?') ? '&' : '?'}${query}`;
    const refusals = REFUSAL_CODES.map((code) => `${REFUSED_SUB_PROTOCOL_PREFIX}${code}`);
    try {
      return new Socket(url, [SUB_PROTOCOL, TOKEN_SUB_PROTOCOL_PREFIX + token, ...refusals]);
    } catch {
      return Code.SOCKET_NOT_CREATED;
    }
  }

  #opened(protocol: string): void {
    if (protocol.startsWith(REFUSED_SUB_PROTOCOL_PREFIX)) {
      this.#refused(Number(protocol.slice(REFUSED_SUB_PROTOCOL_PREFIX.length)));
      return;
    }
    this.#deps.timers.clearTimeout(this.#endTimer);
    this.#isOpen = true;
    this.#tokens.opened();
    this.#events.opened();
  }

  #endAfter(delayMs: number, refusal: number | undefined): void {
    this.#deps.timers.clearTimeout(this.#endTimer);
    this.#endTimer = this.#deps.timers.setTimeout(() => this.#ended(refusal), delayMs);
  }

  #ended(refusal: number | undefined): void {
    this.close();
    this.#events.ended(refusal);
  }

  /** A token that was fetched earlier may be replaced by a fresh one; a fresh one that is refused is final. */
  #refused(code: number | undefined): void {
    const isOfToken = code === Code.TOKEN_EXPIRED || code === Code.TOKEN_INCORRECT;
    if (isOfToken && this.#tokens.hasProvider && !this.#isFresh) {
      this.#tokens.drop();
      this.#ended(undefined);
    } else this.#ended(code);
  }

  #refusal(failure: string): number | undefined {
    if (this.#tokens.isExpired) return Code.TOKEN_EXPIRED;
    const [, status] = REFUSED_HANDSHAKE.exec(failure) ?? [];
    if (status === undefined) return undefined;
    if (status === '401') return this.#tokens.isPast ? Code.TOKEN_EXPIRED : Code.TOKEN_INCORRECT;
    // An address that has worked is not wrong: what is in between refuses for now.
    return this.#tokens.hasOpened ? undefined : Code.ADDRESS_INCORRECT;
  }
}
