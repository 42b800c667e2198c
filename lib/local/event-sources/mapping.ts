import type { Settling } from '../base/settle.ts';
import type { After } from '../base/timers.ts';
import type { Iam } from '../iam/iam.ts';
import type { Invoke } from '../lambda/invoke.ts';

/** A running event source mapping. */
export interface Mapping extends Settling {
  /** Reads the source again. */
  wake(): void;
  /** Reads nothing more; resolves when the running batches have ended. */
  stop(): Promise<void>;
}

/** What every mapping needs. */
export interface MappingOptions {
  /** Lambda reads a source in the role of the function. */
  readonly iam: Iam;
  readonly invoke: Invoke;
  readonly now: () => number;
  readonly randomId: () => string;
  readonly after: After;
  readonly log: (line: string) => void;
}
