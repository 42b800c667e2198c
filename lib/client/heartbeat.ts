import { HEARTBEAT_MS, RENEW_AFTER_MS } from '../protocol/limits.ts';
import type { Timers } from './types.ts';

/** A server that has said nothing for this long is asked whether it is there. */
const SILENCE_MS = 3_600_000;
/** Frames do not take equally long: so much longer silence is certain to be one of `RENEW_AFTER_MS` for the server too. */
const DELAY_MS = 5000;
/** Browsers run the timers of a hidden page once a minute. */
const THROTTLED_MS = 60_000;

/** What a heartbeat does. */
export interface HeartbeatActions {
  /** Sends a sign of life that nobody answers; `sent` is called for it as for any frame. */
  beat(): void;
  /** Asks for an answer; `done` is called once, with whether one came in time. */
  ask(done: (isAnswered: boolean) => void): void;
  /** Nobody is there. */
  dead(): void;
}

/** A question under way, and whether anything has come since. */
interface Question {
  isHeard: boolean;
}

/** Gives signs of life of one connection, and finds out whether its server is still there. */
export class Heartbeat {
  readonly #timers: Timers;
  readonly #now: () => number;
  readonly #actions: HeartbeatActions;
  #lifeTimer: unknown;
  #silenceTimer: unknown;
  #sentAtMs: number = 0;
  /** What the server has written down is no older than this. */
  #writtenAtMs: number = 0;
  #isRunning: boolean = false;
  #isHidden: boolean = false;
  /** The question under way; of an earlier connection's nobody wants to know. */
  #question: Question | undefined;

  /** `now`: ms since 1970. */
  constructor(timers: Timers, now: () => number, actions: HeartbeatActions) {
    this.#timers = timers;
    this.#now = now;
    this.#actions = actions;
  }

  /** There is a connection, which is a sign of life. */
  start(): void {
    this.#startFrom(this.#now());
  }

  /** A connection of before is in use again, and the server is asked whether it is there. */
  restart(): void {
    // The question is a sign of life that is written down, or one not more than that long before it was.
    this.#startFrom(this.#now() - RENEW_AFTER_MS);
    this.check();
  }

  stop(): void {
    this.#isRunning = false;
    this.#timers.clearTimeout(this.#lifeTimer);
    this.#timers.clearTimeout(this.#silenceTimer);
    this.#question = undefined;
  }

  /** A frame was sent: any is a sign of life. */
  sent(): void {
    const nowMs = this.#now();
    const sinceMs = nowMs - this.#sentAtMs;
    if (sinceMs >= RENEW_AFTER_MS + DELAY_MS) this.#written(nowMs);
    // By a clock that was put back nothing of before counts.
    else if (sinceMs < 0) this.#written(nowMs - RENEW_AFTER_MS);
    else this.#written(Math.max(this.#writtenAtMs, nowMs - RENEW_AFTER_MS));
  }

  /** Something has come from the server. */
  received(): void {
    if (this.#question !== undefined) this.#question.isHeard = true;
    this.#timers.clearTimeout(this.#silenceTimer);
    this.#silenceTimer = this.#timers.setTimeout(() => this.check(), SILENCE_MS);
  }

  /** The page is out of sight from now on, or in sight again. */
  turned(isHidden: boolean): void {
    this.#isHidden = isHidden;
    if (this.#isRunning) this.#plan();
  }

  /** Asks whether the server is there. */
  check(): void {
    if (this.#question !== undefined) return;
    const question: Question = { isHeard: false };
    this.#question = question;
    this.#actions.ask((isAnswered) => {
      if (this.#question !== question) return;
      this.#question = undefined;
      if (isAnswered) return;
      // What was heard may have been on its way when the link died.
      if (question.isHeard) this.check();
      else this.#actions.dead();
    });
  }

  #startFrom(writtenAtMs: number): void {
    this.stop();
    this.#isRunning = true;
    this.#written(writtenAtMs);
    this.received();
  }

  #written(atMs: number): void {
    this.#sentAtMs = this.#now();
    this.#writtenAtMs = atMs;
    this.#plan();
  }

  #plan(): void {
    const everyMs = this.#isHidden ? HEARTBEAT_MS - THROTTLED_MS : HEARTBEAT_MS;
    // A clock that was put back must not put off the heartbeat.
    const delayMs = Math.min(everyMs, this.#writtenAtMs + everyMs - this.#now());
    this.#timers.clearTimeout(this.#lifeTimer);
    this.#lifeTimer = this.#timers.setTimeout(() => this.#actions.beat(), Math.max(0, delayMs));
  }
}
