import { SAME_CTRL_C_MS } from '../dev/ending.ts';

const signals = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/** Resolves with the exit code of the first signal; one that comes later ends the process at once. */
export function untilInterrupted(): Promise<number> {
  let firstAtMs: number | undefined;
  return new Promise((resolve) => {
    for (const [signal, code] of Object.entries(signals)) {
      process.on(signal, () => {
        if (firstAtMs !== undefined) {
          if (performance.now() - firstAtMs > SAME_CTRL_C_MS) process.exit(code);
          return;
        }
        firstAtMs = performance.now();
        console.error(`${signal}: cleaning up; once more ends it without that`);
        resolve(code);
      });
    }
  });
}
