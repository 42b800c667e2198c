/** Runs work under names, one at a time for each name. */
export interface KeyedLock {
  run<T>(names: readonly string[], work: () => Promise<T>): Promise<T>;
}

/** Makes a lock that nobody holds. All names of a work are asked for at once, so no two works wait for each other. */
export function createKeyedLock(): KeyedLock {
  const tails = new Map<string, Promise<void>>();
  return {
    run: async (names, work) => {
      const earlier = names.map((name) => tails.get(name));
      let release = (): void => {};
      const tail = new Promise<void>((resolve) => {
        release = resolve;
      });
      for (const name of names) tails.set(name, tail);
      await Promise.all(earlier);
      try {
        return await work();
      } finally {
        release();
        for (const name of names) if (tails.get(name) === tail) tails.delete(name);
      }
    },
  };
}
