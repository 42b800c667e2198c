/** Runs work that holds keys, one at a time for each key. */
export interface KeyedLock {
  run<T>(keys: readonly string[], work: () => Promise<T>): Promise<T>;
}

/** Creates a lock. Work asks for all its keys in one step, so two pieces of work never wait for each other. */
export function createKeyedLock(): KeyedLock {
  const tails = new Map<string, Promise<void>>();
  return {
    run: async (keys, work) => {
      const earlier = keys.map((key) => tails.get(key));
      let release = (): void => {};
      const tail = new Promise<void>((resolve) => {
        release = resolve;
      });
      for (const key of keys) tails.set(key, tail);
      await Promise.all(earlier);
      try {
        return await work();
      } finally {
        release();
        for (const key of keys) if (tails.get(key) === tail) tails.delete(key);
      }
    },
  };
}
