/** Does it for each item, at most `most` of them at once. The first failure is thrown. */
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
