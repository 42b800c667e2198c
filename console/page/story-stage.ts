import type { Setup } from './server-calls.ts';
import { pause, type Session } from './session.ts';
import type { ViewState } from './view-state.ts';

const STEP_MAX_MS = 60_000;
/** On a slow machine the member is marked as offline this much later than the connection is closed. */
const MARKED_MS = 2000;
/** Above the limit of messages of a user, so that no message of a story is refused. */
const PACE_MARGIN_MS = 20;

/** What a story is played with. Every step throws when the story is stopped. */
export class StoryStage {
  readonly #session: Session;
  readonly #signal: AbortSignal;
  readonly #changed: (heard: () => void) => () => void;
  #sentAtMs: number = 0;

  /** changed: calls back at each change of the state, until what it returns is called. */
  constructor(session: Session, signal: AbortSignal, changed: (heard: () => void) => () => void) {
    this.#session = session;
    this.#signal = signal;
    this.#changed = changed;
  }

  get rules(): Setup {
    return this.#session.store.state.setup;
  }

  get #nowMs(): number {
    return this.#session.store.now();
  }

  say(step: string): void {
    this.#signal.throwIfAborted();
    this.#session.store.story({ step, wait: undefined });
  }

  async openRoom(names: readonly string[]): Promise<void> {
    await this.#session.openRoom();
    for (const name of names) {
      await this.#session.add(name);
      this.#signal.throwIfAborted();
    }
  }

  /** Sends no faster than a user may. */
  async send(userId: string, text: string): Promise<void> {
    const paceMs = 1000 / this.rules.sendsPerSecond + PACE_MARGIN_MS;
    await pause(Math.max(0, this.#sentAtMs + paceMs - this.#nowMs));
    this.#signal.throwIfAborted();
    this.#sentAtMs = this.#nowMs;
    await this.#session.send(userId, text);
  }

  async disconnect(userId: string): Promise<void> {
    await this.#session.disconnect(userId);
    await pause(MARKED_MS);
    this.#signal.throwIfAborted();
  }

  /** Resolves when they are in the room. */
  async reconnect(userId: string): Promise<void> {
    this.#session.reconnect(userId);
    await this.until(({ room }) => room.members.get(userId)?.presence === 'online');
  }

  allowlist(userId: string): Promise<void> {
    return this.#session.allowlist(userId, true);
  }

  setRealTime(): Promise<void> {
    return this.#session.setRealTime(true);
  }

  isMember(userId: string): Promise<boolean> {
    return this.#session.isMember(userId);
  }

  /** @throws Error if it does not happen in time */
  async until(fits: (state: ViewState) => boolean): Promise<void> {
    if (!(await this.#race(STEP_MAX_MS, fits))) throw new Error('unable to go on; nothing happened for too long');
  }

  /** Shows the progress of a wait, which the visitor can skip. */
  async wait(ms: number, step: string): Promise<void> {
    const fromMs = this.#nowMs;
    const toMs = fromMs + ms;
    this.#session.store.story({ step, wait: { fromMs, toMs } });
    // A timer may be early by the clock, and the clock can be moved.
    while (this.#nowMs < toMs) await this.#race(toMs - this.#nowMs, () => this.#nowMs >= toMs);
  }

  async pass(ms: number): Promise<void> {
    await this.#session.pass(ms);
    this.#signal.throwIfAborted();
  }

  async sweep(): Promise<void> {
    await this.#session.sweep();
    this.#signal.throwIfAborted();
  }

  /** Whether the state fitted before the time was over. */
  #race(ms: number, fits: (state: ViewState) => boolean): Promise<boolean> {
    return new Promise((resolve, reject) => {
      const end = (run: () => void) => {
        clearTimeout(timer);
        stopListening();
        this.#signal.removeEventListener('abort', stopped);
        run();
      };
      const check = () => fits(this.#session.store.state) && end(() => resolve(true));
      const stopped = () => end(() => reject(this.#signal.reason));
      const timer = setTimeout(() => end(() => resolve(false)), ms);
      const stopListening = this.#changed(check);
      this.#signal.addEventListener('abort', stopped);
      if (this.#signal.aborted) stopped();
      else check();
    });
  }
}
