import { monotonicMs } from '../monotonic.ts';
import { MARKS } from '../sink-protocol.ts';

interface Awaited {
  readonly sentMs: number;
  missing: number;
  readonly latenciesMs: number[];
  readonly resolve: (latenciesMs: readonly number[]) => void;
}

/** Counts which messages have arrived where. */
export class Arrivals {
  readonly #awaited = new Map<string, Awaited>();

  /** Messages that are still on their way. */
  get open(): number {
    return this.#awaited.size;
  }

  /** A text that a client got. */
  readonly note = (text: string): void => {
    for (const mark of text.match(MARKS) ?? []) {
      const awaited = this.#awaited.get(mark);
      if (awaited === undefined) continue;
      awaited.latenciesMs.push(monotonicMs() - awaited.sentMs);
      awaited.missing -= 1;
      if (awaited.missing > 0) continue;
      this.#awaited.delete(mark);
      awaited.resolve(awaited.latenciesMs);
    }
  };

  /** The time to each client, once all have the message. It counts from now. */
  expect(mark: string, clients: number): Promise<readonly number[]> {
    return new Promise((resolve) => {
      this.#awaited.set(mark, { sentMs: monotonicMs(), missing: clients, latenciesMs: [], resolve });
    });
  }
}
