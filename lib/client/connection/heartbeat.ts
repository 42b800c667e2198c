import { HEARTBEAT_MS, RENEW_AFTER_MS } from '../../protocol/limits.ts';
import type { Timers } from '../core/deps.ts';

/** After this much silence the client pings the server, even if nobody listens. */
const SILENCE_MS = 3_600_000;
/** From a death of the path to its notice: the silence, a ping without an answer, and time for a late timer. */
const PING_AND_DELAY_MS = 15_000;
/** A silent push path is noticed by the silence; a path for frames only that is dead, by so many pings in a row. */
const PINGS_MAX = 3;
/** How often the client checks whether the machine has slept, and how late a timer is then. */
const TICK_MS = 15_000;
const LATE_MS = 10_000;
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
  /** The app waits for what the server sends: the user is in a room. */
  isListening(): boolean;
}

/** A ping under way, and whether anything has arrived since. */
interface Ping {
  isHeard: boolean;
  /** How many pings in a row had no answer. */
  failures: number;
}

/** Sends the heartbeats of one connection and finds out whether its server still answers. */
export class Heartbeat {
  readonly #timers: Timers;
  readonly #now: () => number;
  readonly #actions: HeartbeatActions;
  /** A listening client pings after this much silence. */
  readonly #quietMs: number;
  #lifeTimer: unknown;
  #silenceTimer: unknown;
  #tickTimer: unknown;
  /** For how long nothing has arrived, in whole periods of `quietMs`. */
  #silentMs: number = 0;
  /** An answer has arrived since the last heartbeat was due: what the client sends arrives. */
  #isProven: boolean = true;
  #sentAtMs: number = 0;
  /** The server has stored a sign of life that is no older than this. */
  #writtenAtMs: number = 0;
  #isRunning: boolean = false;
  #isHidden: boolean = false;
  /** The ping under way; one of an earlier connection is ignored. */
  #ping: Ping | undefined;

  /** `now`: ms since 1970. `deafMs`: within this time a listening client notices that it hears nothing any more. */
  constructor(timers: Timers, now: () => number, deafMs: number, actions: HeartbeatActions) {
    this.#timers = timers;
    this.#now = now;
    this.#quietMs = Math.max(PING_AND_DELAY_MS, deafMs - PING_AND_DELAY_MS);
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
    this.#timers.clearTimeout(this.#tickTimer);
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

  /** Something has arrived from the server. A push does not show that what the client sends arrives. */
  received(): void {
    if (this.#ping !== undefined) this.#ping.isHeard = true;
    this.#silentMs = 0;
    this.#planSilence();
  }

  /** An answer has arrived: both directions work. */
  answered(): void {
    this.#isProven = true;
    this.#ping = undefined;
  }

  /** The gateway has reported an error: it gets what the client sends, and the server does not answer. */
  faulted(): void {
    if (this.#ping !== undefined) this.#ping.failures = 0;
  }

  /** The page is hidden or visible from now on. */
  turned(isHidden: boolean): void {
    this.#isHidden = isHidden;
    if (this.#isRunning) this.#plan();
  }

  /** Pings the server, unless a ping is under way. */
  check(): void {
    if (this.#ping === undefined) this.#ask(0);
  }

  #ask(failures: number): void {
    const ping: Ping = { isHeard: false, failures };
    this.#ping = ping;
    this.#actions.ask((isAnswered) => {
      if (this.#ping !== ping) return;
      this.#ping = undefined;
      if (isAnswered) return;
      ping.failures += 1;
      // What arrived may have been sent before the link died, or arrive although what the client sends does not.
      if (ping.isHeard && ping.failures < PINGS_MAX) this.#ask(ping.failures);
      else this.#actions.dead();
    });
  }

  get #isWatching(): boolean {
    return !this.#isHidden && this.#actions.isListening();
  }

  #planSilence(): void {
    this.#timers.clearTimeout(this.#silenceTimer);
    this.#silenceTimer = this.#timers.setTimeout(() => {
      this.#silentMs += this.#quietMs;
      if (this.#isWatching || this.#silentMs >= SILENCE_MS - PING_AND_DELAY_MS) {
        this.#silentMs = 0;
        this.check();
      }
      this.#planSilence();
    }, this.#quietMs);
  }

  /** A timer that is much too late shows that the machine has slept, or that its clock was set: both need a check. */
  #tick(): void {
    const fromMs = this.#now();
    this.#tickTimer = this.#timers.setTimeout(() => {
      const lateMs = this.#now() - fromMs - TICK_MS;
      this.#tick();
      if (lateMs > LATE_MS + (this.#isHidden ? THROTTLED_MS : 0)) this.check();
    }, TICK_MS);
  }

  #beatDue(): void {
    const isProven = this.#isProven;
    this.#isProven = false;
    // A heartbeat has no answer. Where the app listens, one answer in a while has to show that frames arrive.
    if (this.#isWatching && !isProven && this.#ping === undefined) this.check();
    else this.#actions.beat();
  }

  #startFrom(writtenAtMs: number): void {
    this.stop();
    this.#isRunning = true;
    this.#isProven = true;
    this.#written(writtenAtMs);
    this.received();
    this.#tick();
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
    this.#lifeTimer = this.#timers.setTimeout(() => this.#beatDue(), Math.max(0, delayMs));
  }
}
