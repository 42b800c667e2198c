import type { ClientDeps, TokenProvider } from '../core/deps.ts';
import { readToken } from './token.ts';

/** A token is replaced this long before it expires, or in the last quarter of a short life. */
const NEAR_MS = 5 * 60_000;
const NEAR_PART = 4;
/** A token that is valid for a shorter time does not make the client dial more often. */
const RENEW_MIN_MS = 60_000;
/** A timer with a longer delay fires at once. */
export const TIMEOUT_MAX_MS = 2 ** 31 - 1;

/** A token to dial with, or the code with which the client refuses it; undefined = there is no token now. */
export type Fetched = { readonly token: string } | { readonly refusal: number | undefined };

/**
 * Where the tokens of a connection come from: each `connect` of the app sets it. A token's life is counted by a timer,
 * from when the client got it, from its issue to its end, or where it does not say when it was issued, from now by this
 * device's clock: neither a clock that is wrong nor one that is set later ends it. One that is set ahead, or that has
 * slept, has the function called for the next dial.
 */
export class TokenSource {
  readonly #deps: Pick<ClientDeps, 'timers' | 'now'>;
  readonly #accept: (token: string) => number | undefined;
  readonly #near: () => void;
  #provider: TokenProvider | undefined;
  /** The app's token, or the last one of its function until that is about to expire. */
  #token: string | undefined;
  #timer: unknown;
  /** By this device's clock: while it sleeps no timer runs. */
  #staleAtMs = 0;
  /** The life of the app's only token has passed, and the server has not accepted it since. */
  isExpired: boolean = false;
  /** A connection has opened since the app's `connect`: its address and app key are right. */
  hasOpened: boolean = false;

  /**
   * `accept`: gets each token that is fetched; returns a code to refuse it. `near`: the token is about to expire, and the
   * app has another one.
   */
  constructor(
    deps: Pick<ClientDeps, 'timers' | 'now'>,
    accept: (token: string) => number | undefined,
    near: () => void,
  ) {
    this.#deps = deps;
    this.#accept = accept;
    this.#near = near;
  }

  use(given: string | TokenProvider): void {
    this.stop();
    this.hasOpened = false;
    if (typeof given === 'function') this.#provider = given;
    else this.#keep(given);
  }

  /** The connection is closed for good. */
  stop(): void {
    this.drop();
    this.#provider = undefined;
    this.isExpired = false;
  }

  get hasProvider(): boolean {
    return this.#provider !== undefined;
  }

  /** By this device's clock, which may be wrong: only good to explain a refusal. */
  get isPast(): boolean {
    const { expiresAtMs } = readToken(this.#token ?? '') ?? {};
    return expiresAtMs !== undefined && expiresAtMs <= this.#deps.now();
  }

  /** A link has opened. If the server accepts a token that has expired by this device's clock, that is wrong. */
  opened(): void {
    this.hasOpened = true;
    this.isExpired = false;
  }

  /** The token to dial with; a promise where a fresh one is needed, which rejects where there is none now. */
  next(): string | Promise<Fetched> {
    if (this.hasProvider && this.#deps.now() >= this.#staleAtMs) this.drop();
    return this.#token ?? this.#fetch();
  }

  /** The next dial needs another token than this one. */
  drop(): void {
    this.#token = undefined;
    this.#deps.timers.clearTimeout(this.#timer);
  }

  async #fetch(): Promise<Fetched> {
    const provider = this.#provider;
    const token: unknown = await provider?.();
    // The app has called `connect` again in between; or it is no token, such as the page of a proxy.
    const isToken = provider === this.#provider && typeof token === 'string' && readToken(token) !== undefined;
    if (!isToken) return { refusal: undefined };
    const refusal = this.#accept(token);
    if (refusal !== undefined) return { refusal };
    this.#keep(token);
    return { token };
  }

  /** A life that no timer can hold is the server's to count. */
  #keep(token: string): void {
    this.drop();
    this.#token = token;
    const { expiresAtMs = Number.POSITIVE_INFINITY, lifeMs = expiresAtMs - this.#deps.now() } = readToken(token) ?? {};
    const freshMs = Math.max(RENEW_MIN_MS, lifeMs - Math.min(NEAR_MS, lifeMs / NEAR_PART));
    const delayMs = this.hasProvider ? freshMs : lifeMs;
    this.#staleAtMs = this.#deps.now() + freshMs;
    if (delayMs < TIMEOUT_MAX_MS) this.#timer = this.#deps.timers.setTimeout(() => this.#ended(), delayMs);
  }

  #ended(): void {
    this.isExpired = !this.hasProvider;
    if (this.isExpired) return;
    this.#token = undefined;
    this.#near();
  }
}
