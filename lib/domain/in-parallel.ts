/** Runs `act` for each item, at most `most` at a time. Throws the first failure; calls in progress continue. */
export async function inParallel<T>(
  items: readonly T[],
  most: number,
  act: (item: T) => Promise<unknown>,
): Promise<void> {
  const waiting = items.values();
  const work = async () => {
    for (const item of waiting) await act(item);
  };
  await Promise.all(Array.from({ length: Math.min(most, items.length) }, work));
}

/** The same for each item, also after a failure; throws the first one at the end. */
export async function eachInParallel<T>(
  items: readonly T[],
  most: number,
  act: (item: T) => Promise<unknown>,
): Promise<void> {
  const faults: unknown[] = [];
  await inParallel(items, most, async (item) => {
    try {
      await act(item);
    } catch (fault) {
      faults.push(fault);
    }
  });
  if (faults.length > 0) throw faults[0];
}
