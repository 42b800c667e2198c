import { HEARTBEAT_MS, RENEW_AFTER_MS } from '../protocol/limits.ts';
import type { Timers } from './types.ts';

/** After this much silence the client pings the server. */
const SILENCE_MS = 3_600_000;
/** Frames take differently long: a pause of `RENEW_AFTER_MS` plus this is at least `RENEW_AFTER_MS` for the server too. */
const DELAY_MS = 5000;
/** Browsers run the timers of a hidden page once a minute. */
const THROTTLED_MS = 60_000;

/** What a heartbeat does. */
export interface HeartbeatActions {
  /** Sends a heartbeat, which has no answer; `sent` is called for it as for any frame. */
  beat(): void;
  /** Pings the server; `done` is called once, with whether an answer came in time. */
  ask(done: (isAnswered: boolean) => void): void;
  /** The server does not answer. */
  dead(): void;
}

/** A ping under way, and whether anything has arrived since. */
interface Ping {
  isHeard: boolean;
}

/** Sends the heartbeats of one connection and finds out whether its server still answers. */
export class Heartbeat {
  readonly #timers: Timers;
  readonly #now: () => number;
  readonly #actions: HeartbeatActions;
  #lifeTimer: unknown;
  #silenceTimer: unknown;
  #sentAtMs: number = 0;
  /** The server has stored a sign of life that is no older than this. */
  #writtenAtMs: number = 0;
  #isRunning: boolean = false;
  #isHidden: boolean = false;
  /** The ping under way; one of an earlier connection is ignored. */
  #ping: Ping | undefined;

  /** `now`: ms since 1970. */
  constructor(timers: Timers, now: () => number, actions: HeartbeatActions) {
    this.#timers = timers;
    this.#now = now;
    this.#actions = actions;
  }

  /** A connection is open, which the server stores as a sign of life. */
  start(): void {
    this.#startFrom(this.#now());
  }

  /** The former connection is in use again; pings the server. */
  restart(): void {
    // The server stores the ping as a sign of life, or has stored one at most `RENEW_AFTER_MS` before it.
    this.#startFrom(this.#now() - RENEW_AFTER_MS);
    this.check();
  }

  stop(): void {
    this.#isRunning = false;
    this.#timers.clearTimeout(this.#lifeTimer);
    this.#timers.clearTimeout(this.#silenceTimer);
    this.#ping = undefined;
  }

  /** A frame was sent; every frame is a sign of life. */
  sent(): void {
    const nowMs = this.#now();
    const sinceMs = nowMs - this.#sentAtMs;
    if (sinceMs >= RENEW_AFTER_MS + DELAY_MS) this.#written(nowMs);
    // The clock was set back: times before that do not count.
    else if (sinceMs < 0) this.#written(nowMs - RENEW_AFTER_MS);
    else this.#written(Math.max(this.#writtenAtMs, nowMs - RENEW_AFTER_MS));
  }

  /** Something has arrived from the server. */
  received(): void {
    if (this.#ping !== undefined) this.#ping.isHeard = true;
    this.#timers.clearTimeout(this.#silenceTimer);
    this.#silenceTimer = this.#timers.setTimeout(() => this.check(), SILENCE_MS);
  }

  /** The page is hidden or visible from now on. */
  turned(isHidden: boolean): void {
    this.#isHidden = isHidden;
    if (this.#isRunning) this.#plan();
  }

  /** Pings the server, unless a ping is under way. */
  check(): void {
    if (this.#ping !== undefined) return;
    const ping: Ping = { isHeard: false };
    this.#ping = ping;
    this.#actions.ask((isAnswered) => {
      if (this.#ping !== ping) return;
      this.#ping = undefined;
      if (isAnswered) return;
      // What arrived may have been sent before the link died.
      if (ping.isHeard) this.check();
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
    // A clock that was set back must not delay the heartbeat.
    const delayMs = Math.min(everyMs, this.#writtenAtMs + everyMs - this.#now());
    this.#timers.clearTimeout(this.#lifeTimer);
    this.#lifeTimer = this.#timers.setTimeout(() => this.#actions.beat(), Math.max(0, delayMs));
  }
}
