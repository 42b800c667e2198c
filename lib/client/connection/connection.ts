import { Code } from '../../protocol/codes.ts';
import type { ClientDeps, PlatformEvent, TokenProvider } from '../core/deps.ts';
import { randomId } from '../core/random-id.ts';
import { backoffDelaysMs } from './backoff.ts';
import { Link } from './link.ts';
import { moveConnection } from './reducer.ts';
import {
  type ConnectionEffect,
  type ConnectionEvent,
  type ConnectionState,
  type ConnectionStatus,
  isUp,
  statusOf,
} from './state.ts';
import { TIMEOUT_MAX_MS, TokenSource } from './token-source.ts';

export type { ConnectionStatus };

/** A connection that lasts this long counts as good, whatever it carried. */
const GOOD_MS = 60_000;
/** The gateway closes every connection after two hours. */
const RENEW_MS = 110 * 60_000;
/** A renewal comes up to this much earlier or later, so that clients that connected together do not renew together. */
const SPREAD_MS = 5 * 60_000;

/** What a connection reports to its owner. */
export interface ConnectionEvents {
  /** `code`: why it is closed; otherwise 0. Reported again and again, also where nothing has changed. */
  status(status: ConnectionStatus, code: number): void;
  /** Frames go over a new link from now on. If there was another one, that still answers until it is retired. */
  up(): void;
  /** The new link was lost before everything had moved to it; frames go over the former one again. */
  movedBack(): void;
  /** This link is gone. Frames may go over another one now. */
  lost(link: Link): void;
  /** No link is left. */
  down(): void;
  text(text: string, link: Link): void;
  /** The current link may be dead without having closed: check it. */
  doubted(): void;
  /** The connection has stopped trying. */
  stopped(): void;
  /** Gets each token that the app's function returns; returns a code to refuse it. */
  fetched(token: string): number | undefined;
}

/** A connection that reconnects and renews its link in time. Holds the state and does what its transitions demand. */
export class Connection {
  readonly #deps: ClientDeps;
  readonly #events: ConnectionEvents;
  readonly #effects: Readonly<Record<ConnectionEffect, () => void>>;
  readonly #tokens: TokenSource;
  /** The part of a login id before its `_`: the same for all logins of this connection. */
  readonly #loginPrefix: string;
  #loginCount: number = 0;
  #state: ConnectionState = { at: 'closed', network: 'online', code: Code.OK };
  /** The current link, or the one being opened. */
  #link: Link | undefined;
  /** The link before the current one, until everything has moved. */
  #former: Link | undefined;
  /** When the last link opened; undefined = none is open. */
  #upAtMs: number | undefined;
  /** The link that is to replace the current one, while it opens. */
  #next: Link | undefined;
  #nextTimer: unknown;
  #nextBackoff: Generator<number, never>;
  #backoff: Generator<number, never>;
  #waitTimer: unknown;
  #connected: ((code: number) => void) | undefined;
  #connectTimer: unknown;

  constructor(deps: ClientDeps, events: ConnectionEvents) {
    this.#deps = deps;
    this.#events = events;
    this.#loginPrefix = randomId(deps.random);
    this.#backoff = backoffDelaysMs(deps.random);
    this.#nextBackoff = backoffDelaysMs(deps.random);
    this.#effects = this.#effectsOf(events);
    this.#tokens = new TokenSource(deps, events.fetched, () => {
      if (isUp(this.#state)) this.#renewAfter(0);
    });
  }

  /** true from `open` until the connection is closed or gives up, connected or not. */
  get isWanted(): boolean {
    return this.#state.at !== 'closed';
  }

  /** A link has opened since `open`. */
  get hasOpened(): boolean {
    return this.#tokens.hasOpened;
  }

  /** The open link, whether the server serves frames over it or not; undefined = not connected. */
  get current(): Link | undefined {
    return isUp(this.#state) ? this.#link : undefined;
  }

  /** The link that frames go over; undefined = they have to wait. */
  get link(): Link | undefined {
    return this.#state.at === 'expired' ? undefined : this.current;
  }

  get former(): Link | undefined {
    return this.#former;
  }

  /** Connects; `connected` gets 0 or a code, once. timeoutSec <= 0 = try until it works or the token is refused. */
  open(token: string | TokenProvider, timeoutSec: number, connected: (code: number) => void): void {
    // A new login: one that another device has ended is refused for good.
    this.#loginCount += 1;
    this.#tokens.use(token);
    this.#connected = connected;
    if (timeoutSec > 0) {
      const giveUp = () => this.close(Code.CONNECT_TIMEOUT);
      const timeoutMs = Math.min(timeoutSec * 1000, TIMEOUT_MAX_MS);
      this.#connectTimer = this.#deps.timers.setTimeout(giveUp, timeoutMs);
    }
    this.#move({ type: 'connect' });
  }

  /** Ends the connection for good: why, as one of `Code`, which also goes to a `connected` that still waits. */
  close(code: number): void {
    this.#move({ type: 'close', code });
  }

  /** Treats a link as lost without waiting for the network to report it. */
  abandon(link: Link | undefined): void {
    link?.close();
    if (link !== undefined) this.#ended(link, undefined);
  }

  /** Everything has moved: closes the former link. */
  retire(): void {
    this.#move({ type: 'formerEnded' });
  }

  /** The server refuses a frame of this link, for its token has expired. false = the app has no other token. */
  expired(link: Link): boolean {
    const { hasProvider } = this.#tokens;
    if (hasProvider && link === this.#link) this.#move({ type: 'expired' });
    return hasProvider;
  }

  /**
   * The server serves this connection, so the wait after the next loss is short again. Only an answer shows that: a
   * server that accepts connections and cannot keep up must not be hammered.
   */
  answered(): void {
    this.#backoff = backoffDelaysMs(this.#deps.random);
  }

  /** The platform has noticed something. */
  noticed(type: Exclude<PlatformEvent, 'hidden'>): void {
    this.#move({ type });
  }

  #effectsOf(events: ConnectionEvents): Readonly<Record<ConnectionEffect, () => void>> {
    return {
      // The reports have the names of their events.
      ...events,
      status: () => events.status(statusOf(this.#state), this.#code),
      dial: () => {
        this.#deps.timers.clearTimeout(this.#waitTimer);
        this.#link?.close();
        this.#link = this.#dial();
      },
      wait: () => {
        const run = () => this.#move({ type: 'waited' });
        this.#waitTimer = this.#deps.timers.setTimeout(run, this.#backoff.next().value);
      },
      hurry: () => this.answered(),
      drop: () => this.#drop(),
      retire: () => {
        // After the next failure the delay is short again.
        this.#nextBackoff = backoffDelaysMs(this.#deps.random);
        this.#lose(this.#former);
      },
      swap: () => {
        this.#former = this.#link;
        this.#link = this.#next;
        this.#next = undefined;
      },
      back: () => {
        const link = this.#link;
        this.#link = this.#former;
        this.#lose(link);
      },
      plan: () => {
        this.#upAtMs = this.#deps.now();
        this.#renewAfter(RENEW_MS + Math.floor((this.#deps.random() * 2 - 1) * SPREAD_MS));
      },
      retry: () => this.#renewAfter(this.#nextBackoff.next().value),
      replace: () => {
        if (this.#next === undefined) this.#tokens.drop();
        this.#renewAfter(this.#nextBackoff.next().value);
      },
      connected: () => {
        const connected = this.#connected;
        this.#connected = undefined;
        this.#deps.timers.clearTimeout(this.#connectTimer);
        connected?.(this.#code);
      },
    };
  }

  #move(event: ConnectionEvent): void {
    const { state, effects } = moveConnection(this.#state, event);
    this.#state = state;
    for (const effect of effects) {
      // What was reported may have moved the connection on, such as closed it.
      if (this.#state.at === state.at) this.#effects[effect]();
    }
  }

  get #code(): number {
    return this.#state.at === 'closed' ? this.#state.code : Code.OK;
  }

  #dial(): Link {
    const link: Link = new Link(this.#deps, this.#tokens, `${this.#loginPrefix}_${this.#loginCount}`, {
      opened: () => this.#move({ type: link === this.#next ? 'nextOpened' : 'opened' }),
      text: (text) => {
        if (link === this.#link) this.#move({ type: 'heard' });
        // A listener may have closed the connection.
        if (link === this.#link || link === this.#former) this.#events.text(text, link);
      },
      ended: (refusal) => this.#ended(link, refusal),
    });
    return link;
  }

  #ended(link: Link, refusal: number | undefined): void {
    if (link === this.#next) {
      this.#next = undefined;
      this.#move({ type: 'nextEnded', refusal });
    } else if (link === this.#former) this.retire();
    else if (refusal !== undefined) this.close(refusal);
    else if (link === this.#link) this.#move({ type: 'ended' });
  }

  /** Dials the link that is to replace the current one, unless it is on its way. */
  #renewAfter(delayMs: number): void {
    if (this.#next !== undefined) return;
    this.#deps.timers.clearTimeout(this.#nextTimer);
    this.#nextTimer = this.#deps.timers.setTimeout(() => {
      this.#next = this.#dial();
    }, delayMs);
  }

  #drop(): void {
    const links = [this.#link, this.#former];
    const upAtMs = this.#upAtMs;
    this.#upAtMs = undefined;
    if (upAtMs !== undefined && this.#deps.now() - upAtMs >= GOOD_MS) this.answered();
    this.#deps.timers.clearTimeout(this.#waitTimer);
    this.#deps.timers.clearTimeout(this.#nextTimer);
    this.#next?.close();
    this.#next = undefined;
    if (!this.isWanted) this.#tokens.stop();
    this.#link = undefined;
    this.#former = undefined;
    for (const link of links) link?.close();
    for (const link of links) this.#lose(link);
    if (upAtMs !== undefined) this.#events.down();
  }

  /** There is no former link any more: this one of the two is gone. */
  #lose(link: Link | undefined): void {
    this.#former = undefined;
    link?.close();
    if (link !== undefined) this.#events.lost(link);
  }
}
