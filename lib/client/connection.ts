import { Code } from '../protocol/codes.ts';
import { backoffDelaysMs } from './backoff.ts';
import { Link, type LinkGiven } from './link.ts';
import { randomId } from './random-id.ts';
import { Renewal } from './renewal.ts';
import { readToken } from './token.ts';
import { type EngineDeps, type PlatformEvent, RCIMIWConnectionStatus as Status } from './types.ts';

/** A connection that has lasted so long was a good one, whatever was said on it. */
const GOOD_MS = 60_000;
/** Longer ones run out at once. */
const TIMEOUT_MAX_MS = 2 ** 31 - 1;

const STATUS_OF_CODE: ReadonlyMap<number, Status> = new Map([
  [Code.TOKEN_INCORRECT, Status.TOKEN_INCORRECT],
  [Code.TOKEN_EXPIRED, Status.TOKEN_INCORRECT],
  [Code.USER_BLOCKED, Status.CONN_USER_BLOCKED],
  [Code.BLOCKED_WHILE_CONNECTED, Status.CONN_USER_BLOCKED],
  [Code.ACCOUNT_CANCELLED, Status.CONN_USER_BLOCKED],
  [Code.KICKED_BY_OTHER_DEVICE, Status.KICKED_OFFLINE_BY_OTHER_CLIENT],
]);

/** What a connection tells its owner. */
export interface ConnectionEvents {
  status(status: Status): void;
  /** There is a link where there was none. */
  up(): void;
  /** Frames go over another link from now on; the former one still answers until it is retired. */
  moved(): void;
  /** The link that frames went over was lost before everything had moved; they go over the former one again. */
  movedBack(): void;
  /** This link brings nothing more. There may be another one, which frames go over now. */
  lost(link: Link): void;
  /** There is no link any more. */
  down(): void;
  text(text: string, link: Link): void;
  /** The present link may be dead without a word: ask. */
  doubted(): void;
  /** Nobody tries any more. */
  stopped(): void;
}

/** What `open` was called with; the connection is wanted as long as this is the present one. */
interface Wish extends LinkGiven {
  expiresAtMs: number | undefined;
}

/** A connection that comes back by itself and renews its link in time, until it is closed or the server ends it. */
export class Connection {
  readonly #deps: EngineDeps;
  readonly #events: ConnectionEvents;
  /** What stands before the `_` of an instance: the same for all its logins. */
  readonly #run: string;
  #logins: number = 0;
  readonly #renewal: Renewal;
  #wish: Wish | undefined;
  #connected: ((code: number) => void) | undefined;
  #connectTimer: unknown;
  /** Present or about to be. */
  #link: Link | undefined;
  #isUp: boolean = false;
  /** When a link was opened last. */
  #upAtMs: number = 0;
  /** The link before this one, as long as not everything has moved. */
  #former: Link | undefined;
  #backoff: Generator<number, never>;
  #isWaiting: boolean = false;
  #waitTimer: unknown;
  #isOffline: boolean = false;
  /** The platform was offline, and nothing has come since. */
  #isDoubtful: boolean = false;

  constructor(deps: EngineDeps, events: ConnectionEvents) {
    this.#deps = deps;
    this.#events = events;
    this.#run = randomId(deps.random);
    this.#backoff = backoffDelaysMs(deps.random);
    this.#renewal = new Renewal(deps, () => this.#dial());
  }

  /** true from `open` until it is closed or gives up, connected or not. */
  get isWanted(): boolean {
    return this.#wish !== undefined;
  }

  /** What frames go over; undefined = there is no connection. */
  get link(): Link | undefined {
    return this.#isUp ? this.#link : undefined;
  }

  get former(): Link | undefined {
    return this.#former;
  }

  /** Connects; `connected` gets 0 or why not, once. timeoutSec <= 0 = try until it works or the token is refused. */
  open(token: string, timeoutSec: number, connected: (code: number) => void): void {
    this.#logins += 1;
    // Another login than before: one that another device has ended is refused for good.
    const instance = `${this.#run}_${this.#logins}`;
    const wish = { token, instance, expiresAtMs: readToken(token)?.expiresAtMs };
    this.#wish = wish;
    this.#connected = connected;
    this.#startOver();
    if (timeoutSec > 0) {
      const giveUp = () => this.close(Status.TIMEOUT, Code.CONNECT_TIMEOUT);
      const timeoutMs = Math.min(timeoutSec * 1000, TIMEOUT_MAX_MS);
      this.#connectTimer = this.#deps.timers.setTimeout(giveUp, timeoutMs);
    }
    this.#attempt(wish);
  }

  /** Ends it for good; `code` is for a `connected` that is still waiting. */
  close(status: Status, code: number): void {
    this.#wish = undefined;
    this.#letGo();
    // First: what the app does when it is told, such as connecting as another user, is not to be stopped.
    this.#events.stopped();
    this.#events.status(status);
    this.#settleConnect(code);
  }

  /** The server has ended it for good, and this is why. */
  end(code: number): void {
    this.close(STATUS_OF_CODE.get(code) ?? Status.UNCONNECTED, code);
  }

  /** Takes a link as lost without waiting for the network to say so. */
  drop(link: Link): void {
    link.close();
    this.#ended(link, undefined);
  }

  /** Everything has moved: the former link is not needed any more. */
  retire(): void {
    const former = this.#former;
    this.#former = undefined;
    this.#renewal.done();
    former?.close();
    if (former !== undefined) this.#events.lost(former);
  }

  /**
   * The server serves this connection: the next loss is followed by a short wait again. Anything else that comes says
   * less: a server that takes connections and cannot keep up must not be hammered.
   */
  answered(): void {
    this.#startOver();
  }

  /** The platform has noticed something. */
  noticed(event: Exclude<PlatformEvent, 'hidden'>): void {
    if (event !== 'visible') this.#isOffline = event === 'offline';
    if (event === 'offline') this.#isDoubtful = this.#isUp;
    const wish = this.#wish;
    if (wish === undefined) return;
    const isBack = event === 'online' && !this.#isUp;
    if (isBack) this.#startOver();
    if (isBack || (event === 'visible' && this.#isWaiting)) {
      // A handshake that began without a network would hang until it times out.
      this.#link?.close();
      this.#attempt(wish);
      return;
    }
    this.#tellStatus();
    if (event !== 'offline' && this.#isUp) this.#events.doubted();
  }

  #attempt(wish: Wish): void {
    this.#isWaiting = false;
    this.#deps.timers.clearTimeout(this.#waitTimer);
    this.#tellStatus();
    // A listener may have closed it.
    if (this.#wish === wish) this.#link = this.#dial();
  }

  #dial(): Link {
    const given = this.#wish ?? { token: '', instance: '', expiresAtMs: undefined };
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

  /** Where the server takes a token that has expired by this device's clock, the clock is wrong. */
  #accepted(wish: Wish): void {
    this.#upAtMs = this.#deps.now();
    if (wish.expiresAtMs !== undefined && wish.expiresAtMs <= this.#upAtMs) wish.expiresAtMs = undefined;
  }

  #opened(link: Link): void {
    this.#isUp = true;
    this.#isDoubtful = false;
    this.#renewal.plan();
    this.#tellStatus();
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
    this.#tellStatus();
    if (this.link === link) this.#events.moved();
  }

  #ended(link: Link, refusal: number | undefined): void {
    if (this.#renewal.isNext(link)) {
      this.#renewal.release();
      // Where the server wants no more of this token, it says so once more when the present link has ended.
      if (refusal === undefined) this.#renewal.retry();
    } else if (link === this.#former) this.retire();
    else if (this.#former !== undefined) this.#moveBack(link, this.#former);
    else this.#lost(refusal);
  }

  /** Gone before everything had moved to it. */
  #moveBack(link: Link, former: Link): void {
    this.#link = former;
    this.#former = undefined;
    this.#renewal.retry();
    this.#events.lost(link);
    this.#events.movedBack();
  }

  #lost(refusal: number | undefined): void {
    if (this.#isUp && this.#deps.now() - this.#upAtMs >= GOOD_MS) this.#startOver();
    this.#letGo();
    const wish = this.#wish;
    if (wish === undefined) return;
    if (refusal !== undefined) {
      this.end(refusal);
      return;
    }
    this.#isWaiting = true;
    this.#waitTimer = this.#deps.timers.setTimeout(() => this.#attempt(wish), this.#backoff.next().value);
    this.#tellStatus();
  }

  #arrived(link: Link, text: string): void {
    if (link === this.#link) {
      this.#isDoubtful = false;
      this.#tellStatus();
    }
    // A listener may have closed it.
    if (link === this.#link || link === this.#former) this.#events.text(text, link);
  }

  #startOver(): void {
    this.#backoff = backoffDelaysMs(this.#deps.random);
  }

  #tellStatus(): void {
    this.#events.status(this.#status());
  }

  #status(): Status {
    if (this.#isUp && !this.#isDoubtful) return Status.CONNECTED;
    if (this.#isOffline) return Status.NETWORK_UNAVAILABLE;
    return this.#isWaiting ? Status.SUSPEND : Status.CONNECTING;
  }

  #letGo(): void {
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
