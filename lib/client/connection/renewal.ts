import { backoffDelaysMs } from './backoff.ts';
import type { Link, LinkDeps } from './link.ts';

/** The gateway closes every connection after two hours. */
const RENEW_MS = 110 * 60_000;
/** A renewal comes up to this much earlier or later, so that clients that connected together do not renew together. */
const SPREAD_MS = 5 * 60_000;

/** Plans the link that replaces the current one before the gateway closes it or its token expires, and holds that link while it opens. */
export class Renewal {
  readonly #deps: Pick<LinkDeps, 'timers' | 'random' | 'tokens'>;
  readonly #dial: () => Link;
  #next: Link | undefined;
  #timer: unknown;
  #backoff: Generator<number, never>;

  constructor(deps: Pick<LinkDeps, 'timers' | 'random' | 'tokens'>, dial: () => Link) {
    this.#deps = deps;
    this.#dial = dial;
    this.#backoff = backoffDelaysMs(deps.random);
  }

  /** The current link has just opened. */
  plan(): void {
    const renewInMs = RENEW_MS + Math.floor((this.#deps.random() * 2 - 1) * SPREAD_MS);
    this.#after(Math.min(renewInMs, this.#deps.tokens.renewInMs));
  }

  /** The renewal failed: tries again after a growing delay. */
  retry(): void {
    this.#after(this.#backoff.next().value);
  }

  /** The renewal succeeded: after the next failure the delay is short again. */
  done(): void {
    this.#backoff = backoffDelaysMs(this.#deps.random);
  }

  isNext(link: Link): boolean {
    return link === this.#next;
  }

  /** Stops holding the next link: it has become the current one, or did not open. */
  release(): void {
    this.#next = undefined;
  }

  stop(): void {
    this.#deps.timers.clearTimeout(this.#timer);
    this.#next?.close();
    this.#next = undefined;
  }

  #after(delayMs: number): void {
    this.stop();
    this.#timer = this.#deps.timers.setTimeout(() => {
      this.#next = this.#dial();
    }, delayMs);
  }
}
