import { Code } from '../protocol/codes.ts';
import type { Requests } from './requests.ts';
import type { Timers } from './types.ts';

const SILENCE_MS = 60_000;

/** Speaks when this client has said nothing for a while, and notices a server that no longer answers. */
export class Heartbeat {
  readonly #timers: Timers;
  readonly #requests: Requests;
  readonly #dead: () => void;
  #timer: unknown;

  constructor(timers: Timers, requests: Requests, dead: () => void) {
    this.#timers = timers;
    this.#requests = requests;
    this.#dead = dead;
  }

  /** Something was sent, or the connection is up: the silence begins anew. */
  restart(): void {
    this.stop();
    this.#timer = this.#timers.setTimeout(() => this.#ping(), SILENCE_MS);
  }

  stop(): void {
    this.#timers.clearTimeout(this.#timer);
  }

  #ping(): void {
    this.#requests.ask(
      (id) => ({ action: 'ping', id }),
      (outcome) => {
        if ('code' in outcome && outcome.code === Code.NO_ANSWER) this.#dead();
      },
    );
  }
}
