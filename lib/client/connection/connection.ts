import { Code } from '../../protocol/codes.ts';
import type { PlatformEvent } from '../core/deps.ts';
import { randomId } from '../core/random-id.ts';
import { backoffDelaysMs } from './backoff.ts';
import { Link, type LinkDeps, type LinkGiven } from './link.ts';
import { Renewal } from './renewal.ts';
import { readToken } from './token.ts';

/** A connection that lasts this long counts as good, whatever it carried. */
const GOOD_MS = 60_000;
/** A timer with a longer delay fires at once. */
const TIMEOUT_MAX_MS = 2 ** 31 - 1;

/** `waiting`: before the next attempt. `offline`: the platform says that there is no network. `closed`: for good. */
export type ConnectionStatus = 'connecting' | 'connected' | 'waiting' | 'offline' | 'closed';

/** What a connection reports to its owner. */
export interface ConnectionEvents {
  /** `code`: why it is closed; otherwise 0. Reported again and again, also where nothing has changed. */
  status(status: ConnectionStatus, code: number): void;
  /** A link is open, after there was none. */
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
}

/** One call of `open`; the connection is wanted until it is closed or another call replaces it. */
interface Login extends LinkGiven {
  isExpired: boolean;
}

/** A connection that reconnects and renews its link in time, until it is closed or the server ends it. */
export class Connection {
  readonly #deps: LinkDeps;
  readonly #events: ConnectionEvents;
  /** The part of a login id before its `_`: the same for all logins of this connection. */
  readonly #loginPrefix: string;
  #loginCount: number = 0;
  readonly #renewal: Renewal;
  #login: Login | undefined;
  #connected: ((code: number) => void) | undefined;
  #connectTimer: unknown;
  #expiryTimer: unknown;
  /** The current link, or the one being opened. */
  #link: Link | undefined;
  #isUp: boolean = false;
  /** When the last link opened. */
  #upAtMs: number = 0;
  /** The link before the current one, until everything has moved. */
  #former: Link | undefined;
  #backoff: Generator<number, never>;
  #isWaiting: boolean = false;
  #waitTimer: unknown;
  #isOffline: boolean = false;
  /** The platform reported that it is offline, and nothing has arrived since. */
  #isDoubtful: boolean = false;

  constructor(deps: LinkDeps, events: ConnectionEvents) {
    this.#deps = deps;
    this.#events = events;
    this.#loginPrefix = randomId(deps.random);
    this.#backoff = backoffDelaysMs(deps.random);
    this.#renewal = new Renewal(deps, () => this.#dial());
  }

  /** true from `open` until the connection is closed or gives up, connected or not. */
  get isWanted(): boolean {
    return this.#login !== undefined;
  }

  /** The link that frames go over; undefined = not connected. */
  get link(): Link | undefined {
    return this.#isUp ? this.#link : undefined;
  }

  get former(): Link | undefined {
    return this.#former;
  }

  /** Connects; `connected` gets 0 or a code, once. timeoutSec <= 0 = try until it works or the token is refused. */
  open(token: string, timeoutSec: number, connected: (code: number) => void): void {
    this.#loginCount += 1;
    // A new login: one that another device has ended is refused for good.
    const loginId = `${this.#loginPrefix}_${this.#loginCount}`;
    const login = { token, loginId, isExpired: false };
    this.#login = login;
    const { expiresAtMs } = readToken(token) ?? {};
    if (expiresAtMs !== undefined) this.#expireAfter(login, expiresAtMs - this.#deps.now());
    this.#connected = connected;
    this.#resetBackoff();
    if (timeoutSec > 0) {
      const giveUp = () => this.close(Code.CONNECT_TIMEOUT);
      const timeoutMs = Math.min(timeoutSec * 1000, TIMEOUT_MAX_MS);
      this.#connectTimer = this.#deps.timers.setTimeout(giveUp, timeoutMs);
    }
    this.#attempt(login);
  }

  /** Ends the connection for good: why, as one of `Code`, which also goes to a `connected` that still waits. */
  close(code: number): void {
    this.#login = undefined;
    this.#deps.timers.clearTimeout(this.#expiryTimer);
    this.#releaseLinks();
    // First, so that it does not stop what the app does in its listener, such as to connect as another user.
    this.#events.stopped();
    this.#events.status('closed', code);
    this.#settleConnect(code);
  }

  /** Treats a link as lost without waiting for the network to report it. */
  abandon(link: Link): void {
    link.close();
    this.#ended(link, undefined);
  }

  /** Everything has moved: closes the former link. */
  retire(): void {
    const former = this.#former;
    this.#former = undefined;
    this.#renewal.done();
    former?.close();
    if (former !== undefined) this.#events.lost(former);
  }

  /**
   * The server serves this connection, so the wait after the next loss is short again. Only an answer shows that: a
   * server that accepts connections and cannot keep up must not be hammered.
   */
  answered(): void {
    this.#resetBackoff();
  }

  /** The platform has noticed something. */
  noticed(event: Exclude<PlatformEvent, 'hidden'>): void {
    if (event !== 'visible') this.#isOffline = event === 'offline';
    if (event === 'offline') this.#isDoubtful = this.#isUp;
    const login = this.#login;
    if (login === undefined) return;
    const isOnline = event === 'online' && !this.#isUp;
    if (isOnline) this.#resetBackoff();
    if (isOnline || (event === 'visible' && this.#isWaiting)) {
      // A handshake that began without a network would hang until it times out.
      this.#link?.close();
      this.#attempt(login);
      return;
    }
    this.#reportStatus();
    if (event !== 'offline' && this.#isUp) this.#events.doubted();
  }

  #attempt(login: Login): void {
    this.#isWaiting = false;
    this.#deps.timers.clearTimeout(this.#waitTimer);
    this.#reportStatus();
    // A listener may have closed the connection.
    if (this.#login === login) this.#link = this.#dial();
  }

  #dial(): Link {
    const given = this.#login ?? { token: '', loginId: '', isExpired: false };
    const link: Link = new Link(this.#deps, given, {
      opened: () => {
        this.#accepted(given);
        if (this.#renewal.isNext(link)) this.#move(link);
        else this.#opened(link);
      },
      text: (text) => this.#arrived(link, text),
      ended: (refusal) => this.#ended(link, refusal),
    });
    return link;
  }

  /** If the server accepts a token that has expired by this device's clock, the clock was wrong at `connect`. */
  #accepted(login: Login): void {
    this.#upAtMs = this.#deps.now();
    if (!login.isExpired) return;
    login.isExpired = false;
    this.#deps.timers.clearTimeout(this.#expiryTimer);
  }

  /** Counts the token's life by a timer: a clock that is set later must not end the session. */
  #expireAfter(login: Login, lifeMs: number): void {
    this.#deps.timers.clearTimeout(this.#expiryTimer);
    login.isExpired = lifeMs <= 0;
    if (login.isExpired) return;
    const delayMs = Math.min(lifeMs, TIMEOUT_MAX_MS);
    this.#expiryTimer = this.#deps.timers.setTimeout(() => this.#expireAfter(login, lifeMs - delayMs), delayMs);
  }

  #opened(link: Link): void {
    this.#isUp = true;
    this.#isDoubtful = false;
    this.#renewal.plan();
    this.#reportStatus();
    if (this.link !== link) return;
    this.#events.up();
    this.#settleConnect(Code.OK);
  }

  #move(link: Link): void {
    if (this.#former !== undefined) this.retire();
    this.#former = this.#link;
    this.#link = link;
    this.#isDoubtful = false;
    this.#renewal.release();
    this.#renewal.plan();
    this.#reportStatus();
    if (this.link === link) this.#events.moved();
  }

  #ended(link: Link, refusal: number | undefined): void {
    if (this.#renewal.isNext(link)) {
      this.#renewal.release();
      // If the server refuses this token for good, it says so again when the current link has ended.
      if (refusal === undefined) this.#renewal.retry();
    } else if (link === this.#former) this.retire();
    else if (this.#former !== undefined) this.#moveBack(link, this.#former);
    else this.#lost(refusal);
  }

  /** The new link is lost before everything has moved to it. */
  #moveBack(link: Link, former: Link): void {
    this.#link = former;
    this.#former = undefined;
    this.#renewal.retry();
    this.#events.lost(link);
    this.#events.movedBack();
  }

  #lost(refusal: number | undefined): void {
    if (this.#isUp && this.#deps.now() - this.#upAtMs >= GOOD_MS) this.#resetBackoff();
    this.#releaseLinks();
    const login = this.#login;
    if (login === undefined) return;
    if (refusal !== undefined) {
      this.close(refusal);
      return;
    }
    this.#isWaiting = true;
    this.#waitTimer = this.#deps.timers.setTimeout(() => this.#attempt(login), this.#backoff.next().value);
    this.#reportStatus();
  }

  #arrived(link: Link, text: string): void {
    if (link === this.#link) {
      this.#isDoubtful = false;
      this.#reportStatus();
    }
    // A listener may have closed the connection.
    if (link === this.#link || link === this.#former) this.#events.text(text, link);
  }

  #resetBackoff(): void {
    this.#backoff = backoffDelaysMs(this.#deps.random);
  }

  #reportStatus(): void {
    this.#events.status(this.#status(), 0);
  }

  #status(): ConnectionStatus {
    if (this.#isUp && !this.#isDoubtful) return 'connected';
    if (this.#isOffline) return 'offline';
    return this.#isWaiting ? 'waiting' : 'connecting';
  }

  #releaseLinks(): void {
    const links = [this.#link, this.#former];
    const wasUp = this.#isUp;
    this.#deps.timers.clearTimeout(this.#waitTimer);
    this.#renewal.stop();
    this.#link = undefined;
    this.#former = undefined;
    this.#isUp = false;
    this.#isWaiting = false;
    this.#isDoubtful = false;
    for (const link of links) link?.close();
    for (const link of links) if (link !== undefined) this.#events.lost(link);
    if (wasUp) this.#events.down();
  }

  #settleConnect(code: number): void {
    const connected = this.#connected;
    this.#connected = undefined;
    this.#deps.timers.clearTimeout(this.#connectTimer);
    connected?.(code);
  }
}
