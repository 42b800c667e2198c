import { moveClock } from './server-calls.ts';

/** The page's clock. It goes ahead together with the one of the deployment. */
export class Clock {
  #aheadMs: number = 0;

  /** ms since 1970 */
  readonly now = (): number => Date.now() + this.#aheadMs;

  async moveAhead(ms: number): Promise<void> {
    await moveClock({ aheadMs: ms, sweep: false });
    this.#aheadMs += ms;
  }

  /** Runs the sweep, as the schedule does each minute. */
  readonly sweep = (): Promise<void> => moveClock({ aheadMs: 0, sweep: true });
}
