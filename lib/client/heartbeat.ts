import { HEARTBEAT_MS } from '../protocol/frames.ts';
import type { Timers } from './types.ts';

/** A server that has said nothing for this long is asked whether it is there. */
const SILENCE_MS = 3_600_000;

/** What a heartbeat does. */
export interface HeartbeatActions {
  /** Sends a sign of life that nobody answers; `sent` is called for it as for any frame. */
  beat(): void;
  /** Asks for an answer; `done` is called once, with whether one came in time. */
  ask(done: (isAnswered: boolean) => void): void;
  /** Nobody is there. */
  dead(): void;
}

/** Gives signs of life of one connection, and finds out whether its server is still there. */
export class Heartbeat {
  readonly #timers: Timers;
  readonly #actions: HeartbeatActions;
  #lifeTimer: unknown;
  #silenceTimer: unknown;
  /** The question under way; of an earlier connection's nobody wants to know. */
  #question: { isHeard: boolean } | undefined;

  constructor(timers: Timers, actions: HeartbeatActions) {
    this.#timers = timers;
    this.#actions = actions;
  }

  /** There is a connection, which is a sign of life. */
  start(): void {
    this.stop();
    this.#live();
    this.received();
  }

  stop(): void {
    this.#timers.clearTimeout(this.#lifeTimer);
    this.#timers.clearTimeout(this.#silenceTimer);
    this.#question = undefined;
  }

  /** A frame was sent: any is a sign of life. */
  sent(): void {
    this.#live();
  }

  /** Something has come from the server. */
  received(): void {
    if (this.#question !== undefined) this.#question.isHeard = true;
    this.#timers.clearTimeout(this.#silenceTimer);
    this.#silenceTimer = this.#timers.setTimeout(() => this.check(), SILENCE_MS);
  }

  /** Asks whether the server is there. */
  check(): void {
    if (this.#question !== undefined) return;
    const question = { isHeard: false };
    this.#question = question;
    this.#actions.ask((isAnswered) => {
      if (this.#question !== question) return;
      this.#question = undefined;
      if (!isAnswered && !question.isHeard) this.#actions.dead();
    });
  }

  #live(): void {
    this.#timers.clearTimeout(this.#lifeTimer);
    this.#lifeTimer = this.#timers.setTimeout(() => this.#actions.beat(), HEARTBEAT_MS);
  }
}
