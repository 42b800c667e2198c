import { Code } from '../../protocol/codes.ts';
import type { ClientDeps, PlatformEvent, TokenProvider } from '../core/deps.ts';
import { randomId } from '../core/random-id.ts';
import { backoffDelaysMs } from './backoff.ts';
import { Link } from './link.ts';
import { moveConnection } from './reducer.ts';
import { Renewal } from './renewal.ts';
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

/** What a connection reports to its owner. */
export interface ConnectionEvents {
  /** `code`: why it is closed; otherwise 0. Reported again and again, also where nothing has changed. */
  status(status: ConnectionStatus, code: number): void;
  /** Frames go over a link, after they went over none. */
  up(): void;
  /** Frames go over a new link from now on; the former one still answers until it is retired. */
  moved(): void;
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
  readonly #tokens: TokenSource;
  readonly #renewal: Renewal;
  /** The part of a login id before its `_`: the same for all logins of this connection. */
  readonly #loginPrefix: string;
  #loginCount: number = 0;
  #state: ConnectionState = { at: 'closed', network: 'online', code: Code.OK };
  /** The current link, or the one being opened. */
  #link: Link | undefined;
  /** The link before the current one, until everything has moved. */
  #former: Link | undefined;
  /** When the last link opened; infinity = none is open. */
  #upAtMs: number = Number.POSITIVE_INFINITY;
  #backoff: Generator<number, never>;
  #waitTimer: unknown;
  #connected: ((code: number) => void) | undefined;
  #connectTimer: unknown;

  /** What each effect of a transition does. */
  readonly #effects: Readonly<Record<ConnectionEffect, () => void>> = {
    dial: () => {
      this.#deps.timers.clearTimeout(this.#waitTimer);
      this.#link?.close();
      this.#link = this.#dial();
    },
    wait: () => {
      const run = () => this.#move({ type: 'waited' });
      this.#waitTimer = this.#deps.timers.setTimeout(run, this.#backoff.next().value);
    },
    resetDelay: () => this.answered(),
    dropLinks: () => this.#dropLinks(),
    dropFormer: () => {
      const former = this.#former;
      this.#former = undefined;
      this.#renewal.done();
      if (former !== undefined) this.#drop(former);
    },
    swapLinks: () => {
      this.#former = this.#link;
      this.#link = this.#renewal.take();
    },
    swapBack: () => {
      const lost = this.#link;
      this.#link = this.#former;
      this.#former = undefined;
      if (lost !== undefined) this.#drop(lost);
    },
    planRenewal: () => {
      this.#upAtMs = this.#deps.now();
      this.#renewal.plan();
    },
    renewNow: () => this.#renewal.now(),
    renewLater: () => this.#renewal.later(),
    replaceToken: () => {
      if (!this.#renewal.isDialling) this.#tokens.drop();
      this.#renewal.later();
    },
    status: () => this.#events.status(statusOf(this.#state), this.#code),
    up: () => this.#events.up(),
    moved: () => this.#events.moved(),
    movedBack: () => this.#events.movedBack(),
    doubted: () => this.#events.doubted(),
    stopped: () => this.#events.stopped(),
    connected: () => {
      const connected = this.#connected;
      this.#connected = undefined;
      this.#deps.timers.clearTimeout(this.#connectTimer);
      connected?.(this.#code);
    },
  };

  constructor(deps: ClientDeps, events: ConnectionEvents) {
    this.#deps = deps;
    this.#events = events;
    this.#loginPrefix = randomId(deps.random);
    this.#backoff = backoffDelaysMs(deps.random);
    this.#tokens = new TokenSource(
      deps,
      (token) => events.fetched(token),
      () => this.#move({ type: 'near' }),
    );
    this.#renewal = new Renewal(deps, this.#tokens, () => this.#dial());
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
  abandon(link: Link): void {
    link.close();
    this.#ended(link, undefined);
  }

  /** Everything has moved: closes the former link. */
  retire(): void {
    this.#move({ type: 'formerEnded' });
  }

  /** The server refuses a frame of this link, for its token has expired. false = the app has no other token. */
  expired(link: Link): boolean {
    if (link === this.#link && this.#tokens.hasProvider) this.#move({ type: 'expired' });
    return this.#tokens.hasProvider;
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
      opened: () => this.#move({ type: this.#renewal.isNext(link) ? 'nextOpened' : 'opened' }),
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
    if (this.#renewal.isNext(link)) {
      this.#renewal.take();
      this.#move({ type: 'nextEnded', refusal });
    } else if (link === this.#former) this.retire();
    else if (link === this.#link) this.#move({ type: 'ended', refusal });
  }

  #dropLinks(): void {
    const links = [this.#link, this.#former];
    const upAtMs = this.#upAtMs;
    this.#upAtMs = Number.POSITIVE_INFINITY;
    if (this.#deps.now() - upAtMs >= GOOD_MS) this.answered();
    this.#deps.timers.clearTimeout(this.#waitTimer);
    this.#renewal.stop();
    if (!this.isWanted) this.#tokens.stop();
    this.#link = undefined;
    this.#former = undefined;
    for (const link of links) link?.close();
    for (const link of links) if (link !== undefined) this.#events.lost(link);
    if (upAtMs < Number.POSITIVE_INFINITY) this.#events.down();
  }

  #drop(link: Link): void {
    link.close();
    this.#events.lost(link);
  }
}
