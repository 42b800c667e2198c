/** The joins that the app has called, in all rooms: with one room at a time the last one must win. */
export class JoinOrder {
  readonly #proceed: () => void;
  #waiting: object[] = [];

  /** `proceed`: another join may go. */
  constructor(proceed: () => void) {
    this.#proceed = proceed;
  }

  add(join: object): void {
    this.#waiting.push(join);
  }

  /** Whether no earlier join waits; one that was never added waits for none. */
  mayGo(join: object): boolean {
    return this.#waiting[0] === join || !this.#waiting.includes(join);
  }

  /** This join is settled or given up. */
  done(join: object): void {
    const wasFirst = this.#waiting[0] === join;
    this.#waiting = this.#waiting.filter((other) => other !== join);
    if (wasFirst && this.#waiting.length > 0) this.#proceed();
  }
}
