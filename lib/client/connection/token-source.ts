import type { ClientDeps, TokenProvider } from '../core/deps.ts';
import { readToken } from './token.ts';

/** A token is replaced this long before it expires, or in the last quarter of a short life. */
const NEAR_MS = 5 * 60_000;
const NEAR_PART = 4;
/** A token that is valid for a shorter time does not make the client dial more often. */
export const RENEW_MIN_MS = 60_000;
/** A timer with a longer delay fires at once. */
export const TIMEOUT_MAX_MS = 2 ** 31 - 1;

/** A token to dial with, or the code with which the client refuses it. */
export type Fetched = { readonly token: string } | { readonly refusal: number };

/**
 * Where the tokens of a connection come from: each `connect` of the app sets it. A token's life is counted by a timer,
 * from when the client got it: neither a clock that is wrong nor one that is set later changes it.
 */
export class TokenSource {
  readonly #deps: Pick<ClientDeps, 'timers' | 'now'>;
  readonly #accept: (token: string) => number | undefined;
  readonly #near: () => void;
  #provider: TokenProvider | undefined;
  /** The app's token, or the last one of its function until that is about to expire. */
  #token: string | undefined;
  #timer: unknown;
  #isExpired: boolean = false;
  #hasOpened: boolean = false;

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
    this.#hasOpened = false;
    if (typeof given === 'function') {
      this.#provider = given;
      return;
    }
    this.#token = given;
    const lifeMs = this.#lifeMs(given) ?? Number.POSITIVE_INFINITY;
    this.#isExpired = lifeMs <= 0;
    if (lifeMs > 0 && lifeMs < Number.POSITIVE_INFINITY) {
      this.#after(lifeMs, () => {
        this.#isExpired = true;
      });
    }
  }

  /** The connection is closed for good. */
  stop(): void {
    this.drop();
    this.#provider = undefined;
    this.#isExpired = false;
  }

  get hasProvider(): boolean {
    return this.#provider !== undefined;
  }

  /** A connection has opened since the app's `connect`: its address and app key are right. */
  get hasOpened(): boolean {
    return this.#hasOpened;
  }

  /** The life of the app's only token has passed, and the server has not accepted it since. */
  get isExpired(): boolean {
    return this.#isExpired;
  }

  /** The link that is open has a token that is about to expire. */
  get isNear(): boolean {
    return this.#token === undefined;
  }

  /** A link has opened. If the server accepts a token that has expired by this device's clock, that is wrong. */
  opened(): void {
    this.#hasOpened = true;
    this.#isExpired = false;
  }

  /** The token to dial with; a promise where a fresh one is needed, which rejects where there is none now. */
  next(): string | Promise<Fetched> {
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
    // The app has called `connect` again in between.
    if (provider !== this.#provider) throw new Error('unable to use the token; it is of a former connect');
    // Such as the page of a proxy: as without a network, the client tries again.
    if (typeof token !== 'string' || readToken(token) === undefined)
      throw new Error('unable to use the token; it is none');
    const refusal = this.#accept(token);
    if (refusal !== undefined) return { refusal };
    this.drop();
    this.#token = token;
    const lifeMs = this.#lifeMs(token, RENEW_MIN_MS);
    if (lifeMs !== undefined) this.#replaceAfter(lifeMs - Math.min(NEAR_MS, lifeMs / NEAR_PART));
    return { token };
  }

  #replaceAfter(freshMs: number): void {
    this.#after(freshMs, () => {
      this.#token = undefined;
      this.#after(RENEW_MIN_MS - freshMs, this.#near);
    });
  }

  /** How long the token is valid: from its issue, or where it does not say that, by this device's clock. */
  #lifeMs(token: string, leastMs: number = Number.NEGATIVE_INFINITY): number | undefined {
    const { expiresAtMs, lifeMs } = readToken(token) ?? {};
    if (lifeMs !== undefined || expiresAtMs === undefined) return lifeMs;
    return Math.max(leastMs, expiresAtMs - this.#deps.now());
  }

  #after(delayMs: number, run: () => void): void {
    const { timers } = this.#deps;
    const partMs = Math.min(Math.max(0, delayMs), TIMEOUT_MAX_MS);
    timers.clearTimeout(this.#timer);
    this.#timer = timers.setTimeout(() => (delayMs > partMs ? this.#after(delayMs - partMs, run) : run()), partMs);
  }
}
