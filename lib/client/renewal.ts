import { backoffDelaysMs } from './backoff.ts';
import type { Link } from './link.ts';
import type { EngineDeps } from './types.ts';

/** The gateway ends every connection after two hours. */
const RENEW_MS = 110 * 60_000;
/** At most so much sooner or later, so that those who came together do not renew together. */
const SPREAD_MS = 5 * 60_000;

/** When the link is dialled that is to replace the present one before the gateway ends that, and that link until it is open. */
export class Renewal {
  readonly #deps: Pick<EngineDeps, 'timers' | 'random'>;
  readonly #dial: () => Link;
  #next: Link | undefined;
  #timer: unknown;
  #backoff: Generator<number, never>;

  constructor(deps: Pick<EngineDeps, 'timers' | 'random'>, dial: () => Link) {
    this.#deps = deps;
    this.#dial = dial;
    this.#backoff = backoffDelaysMs(deps.random);
  }

  /** The present link has opened just now. */
  plan(): void {
    this.#after(RENEW_MS + Math.floor((this.#deps.random() * 2 - 1) * SPREAD_MS));
  }

  /** It has not worked. */
  retry(): void {
    this.#after(this.#backoff.next().value);
  }

  /** It has worked: what fails later has nothing to do with it. */
  done(): void {
    this.#backoff = backoffDelaysMs(this.#deps.random);
  }

  isNext(link: Link): boolean {
    return link === this.#next;
  }

  /** The next link is open, and the present one from now on. */
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
