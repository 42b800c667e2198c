import type { ClientDeps } from '../core/deps.ts';
import { backoffDelaysMs } from './backoff.ts';
import type { Link } from './link.ts';
import { RENEW_MIN_MS, type TokenSource } from './token-source.ts';

/** The gateway closes every connection after two hours. */
const RENEW_MS = 110 * 60_000;
/** A renewal comes up to this much earlier or later, so that clients that connected together do not renew together. */
const SPREAD_MS = 5 * 60_000;

/** Plans the link that replaces the current one before the gateway closes it or its token expires, and holds that link while it opens. */
export class Renewal {
  readonly #deps: Pick<ClientDeps, 'timers' | 'random'>;
  readonly #tokens: Pick<TokenSource, 'isNear'>;
  readonly #dial: () => Link;
  #next: Link | undefined;
  #timer: unknown;
  #backoff: Generator<number, never>;

  constructor(deps: Pick<ClientDeps, 'timers' | 'random'>, tokens: Pick<TokenSource, 'isNear'>, dial: () => Link) {
    this.#deps = deps;
    this.#tokens = tokens;
    this.#dial = dial;
    this.#backoff = backoffDelaysMs(deps.random);
  }

  /** The current link has just opened. */
  plan(): void {
    const renewInMs = RENEW_MS + Math.floor((this.#deps.random() * 2 - 1) * SPREAD_MS);
    this.#after(this.#tokens.isNear ? RENEW_MIN_MS : renewInMs);
  }

  /** The current link is needed no longer than it takes to replace it. */
  now(): void {
    if (!this.isDialling) this.#after(0);
  }

  /** Tries again after a growing delay. */
  later(): void {
    if (!this.isDialling) this.#after(this.#backoff.next().value);
  }

  /** The renewal succeeded: after the next failure the delay is short again. */
  done(): void {
    this.#backoff = backoffDelaysMs(this.#deps.random);
  }

  get isDialling(): boolean {
    return this.#next !== undefined;
  }

  isNext(link: Link): boolean {
    return link === this.#next;
  }

  /** Stops holding the next link: it has become the current one, or did not open. */
  take(): Link | undefined {
    const next = this.#next;
    this.#next = undefined;
    return next;
  }

  stop(): void {
    this.#deps.timers.clearTimeout(this.#timer);
    this.take()?.close();
  }

  #after(delayMs: number): void {
    this.stop();
    this.#timer = this.#deps.timers.setTimeout(() => {
      this.#next = this.#dial();
    }, delayMs);
  }
}
