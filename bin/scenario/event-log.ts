// Longer than the SDK waits between two dials.
const WAIT_MS = 45_000;

/** What happened, in order; anyone can wait for something that has happened or will. */
export class EventLog<T> {
  readonly entries: T[] = [];
  readonly #watchers = new Set<() => void>();

  add(entry: T): void {
    this.entries.push(entry);
    for (const watch of [...this.#watchers]) watch();
  }

  /** The first entry that fits; throws if none has come in time. */
  until(what: string, fits: (entry: T) => boolean): Promise<T> {
    return new Promise((resolve, reject) => {
      const end = (): void => {
        clearTimeout(timer);
        this.#watchers.delete(watch);
      };
      const watch = (): void => {
        const index = this.entries.findIndex(fits);
        if (index < 0) return;
        end();
        resolve(this.entries[index] as T);
      };
      const timer = setTimeout(() => {
        end();
        reject(new Error(`unable to see ${what}; not within ${WAIT_MS} ms`));
      }, WAIT_MS);
      this.#watchers.add(watch);
      watch();
    });
  }
}
