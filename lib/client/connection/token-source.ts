import { Code } from '../../protocol/codes.ts';
import type { TokenProvider } from '../core/deps.ts';
import { readToken } from './token.ts';

/** A token is replaced this long before it expires, or in the last quarter of a short life. */
const NEAR_MS = 5 * 60_000;
const NEAR_PART = 4;
/** A token that is valid for a shorter time does not make the client dial more often. */
const RENEW_MIN_MS = 60_000;

/** A token to dial with, or the code with which the client refuses it. */
export type Fetched = { readonly token: string } | { readonly refusal: number };

/** Where the tokens of an engine come from: each `connect` of the app sets it. */
export class TokenSource {
  readonly #now: () => number;
  #provider: TokenProvider | undefined;
  #accept: (token: string) => number | undefined = () => undefined;
  /** The last token of the provider. */
  #token: string | undefined;
  #expiresAtMs: number | undefined;
  #nearMs: number = 0;
  #hasOpened: boolean = false;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** `accept`: gets each token of the provider; returns a code to refuse it. */
  use(provider: TokenProvider | undefined, accept: (token: string) => number | undefined): void {
    this.#provider = provider;
    this.#accept = accept;
    this.#token = undefined;
    this.#hasOpened = false;
  }

  get hasProvider(): boolean {
    return this.#provider !== undefined;
  }

  /** A connection has opened since the app's `connect`: its address and app key are right. */
  get hasOpened(): boolean {
    return this.#hasOpened;
  }

  opened(): void {
    this.#hasOpened = true;
  }

  /** The token to dial with; a promise where a fresh one is needed, which rejects where there is none now. */
  next(given: string): string | Promise<Fetched> {
    if (this.#provider === undefined) return given;
    const isFresh = this.#expiresAtMs === undefined || this.#now() < this.#expiresAtMs - this.#nearMs;
    return this.#token !== undefined && isFresh ? this.#token : this.#fetch(this.#provider);
  }

  /** The server refuses this token: the next dial needs another one. */
  drop(): void {
    this.#token = undefined;
  }

  /** When to dial with a fresh token, from now; Infinity = it does not expire, or the app has no other one. */
  get renewInMs(): number {
    if (this.#provider === undefined || this.#expiresAtMs === undefined) return Number.POSITIVE_INFINITY;
    return Math.max(RENEW_MIN_MS, this.#expiresAtMs - this.#nearMs - this.#now());
  }

  async #fetch(provider: TokenProvider): Promise<Fetched> {
    const token: unknown = await provider();
    // The app has called `connect` again in between.
    if (provider !== this.#provider) throw new Error('unable to use the token; it is of a former connect');
    const refusal = typeof token === 'string' ? this.#accept(token) : Code.TOKEN_INCORRECT;
    if (typeof token !== 'string' || refusal !== undefined) return { refusal: refusal ?? Code.TOKEN_INCORRECT };
    this.#token = token;
    const leftMs = this.#leftMs(token);
    this.#expiresAtMs = leftMs === undefined ? undefined : this.#now() + leftMs;
    this.#nearMs = Math.min(NEAR_MS, (leftMs ?? 0) / NEAR_PART);
    return { token };
  }

  /** How long the token is valid. Where this device's clock is wrong, its life from its issue says it. */
  #leftMs(token: string): number | undefined {
    const { expiresAtMs, lifeMs } = readToken(token) ?? {};
    if (expiresAtMs === undefined) return undefined;
    const leftMs = expiresAtMs - this.#now();
    if (lifeMs === undefined) return Math.max(leftMs, RENEW_MIN_MS);
    return leftMs <= 0 ? lifeMs : Math.min(leftMs, lifeMs);
  }
}
