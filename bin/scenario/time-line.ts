/** Prints what happens, with the time since the start, and compares it with what should happen. */
export class TimeLine {
  readonly #startedAtMs: number;
  readonly #now: () => number;
  readonly #shorten: (text: string) => string;
  #checks = 0;

  /** @param shorten what is done to a text before it is printed */
  constructor(now: () => number, shorten: (text: string) => string) {
    this.#now = now;
    this.#shorten = shorten;
    this.#startedAtMs = now();
  }

  /** How many expectations were met. */
  get checks(): number {
    return this.#checks;
  }

  /** A moment as seconds since the start. */
  at(timeMs: number): string {
    return `${((timeMs - this.#startedAtMs) / 1000).toFixed(2)} s`;
  }

  note(play: string, text: string): void {
    const what = this.#shorten(play).padEnd(12);
    console.log(`${this.at(this.#now()).padStart(8)}  ${what} ${this.#shorten(text)}`);
  }

  /** Prints the fact; throws if it differs. */
  expect<T>(play: string, text: string, actual: T, expected: T): void {
    const isMet = JSON.stringify(actual) === JSON.stringify(expected);
    this.note(play, `${isMet ? 'ok ' : 'DIFFERS '} ${text}: ${JSON.stringify(actual)}`);
    if (!isMet) throw new Error(`unable to go on; ${play}: ${text} should be ${JSON.stringify(expected)}`);
    this.#checks += 1;
  }
}
