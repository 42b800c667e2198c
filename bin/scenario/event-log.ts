// Longer than the SDK waits between two attempts to connect.
const WAIT_MS = 45_000;

/** What happened, in order. A caller can wait for something that has happened or will happen. */
export class EventLog<T> {
  readonly all: T[] = [];
  readonly #watchers = new Set<() => void>();

  add(event: T): void {
    this.all.push(event);
    for (const watch of [...this.#watchers]) watch();
  }

  /** The first event that fits; throws if there is none in time. */
  until(what: string, fits: (event: T) => boolean): Promise<T> {
    return new Promise((resolve, reject) => {
      const end = (): void => {
        clearTimeout(timer);
        this.#watchers.delete(watch);
      };
      const watch = (): void => {
        const index = this.all.findIndex(fits);
        if (index < 0) return;
        end();
        resolve(this.all[index] as T);
      };
      const timer = setTimeout(() => {
        end();
        reject(new Error(`unable to see ${what}; it did not happen within ${WAIT_MS} ms`));
      }, WAIT_MS);
      this.#watchers.add(watch);
      watch();
    });
  }
}
