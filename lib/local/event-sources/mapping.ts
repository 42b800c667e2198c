import type { Invoke } from '../lambda/invoke.ts';
import type { After } from '../timers.ts';

/** An event source mapping at work. */
export interface Mapping {
  /** Batches that have come to an end; grows as long as there is something to do. */
  readonly ended: number;
  /** Looks for something to do. */
  wake(): void;
  /** Resolves when all that was there at the call has been handled or waits for its retry. */
  settle(): Promise<void>;
  /** Takes nothing more; resolves when what runs has ended. */
  stop(): Promise<void>;
}

/** What all mappings work with. */
export interface MappingOptions {
  readonly invoke: Invoke;
  readonly now: () => number;
  readonly randomId: () => string;
  readonly after: After;
  readonly log: (line: string) => void;
}
