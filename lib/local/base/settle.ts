/** A part of the stack that handles work by itself, and that may cause work for other parts. */
export interface Settling {
  /** How many pieces of work have ended. */
  readonly ended: number;
  /** Resolves when everything that was there at the call has been handled or waits for its retry. */
  settle(): Promise<void>;
}

/** Settles all parts until none of them has any work left that another one caused. */
export async function settleAll(parts: readonly Settling[]): Promise<void> {
  const ended = (): number => parts.reduce((sum, part) => sum + part.ended, 0);
  for (let before = -1; before !== ended(); ) {
    before = ended();
    await Promise.all(parts.map((part) => part.settle()));
  }
}
