const signals = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/** Resolves with the exit code of the first signal; a second one ends the process at once. */
export function untilInterrupted(): Promise<number> {
  return new Promise((resolve) => {
    for (const [signal, code] of Object.entries(signals)) {
      process.once(signal, () => {
        console.error(`${signal}: cleaning up; once more ends it without that`);
        for (const each of Object.keys(signals)) process.once(each, () => process.exit(code));
        resolve(code);
      });
    }
  });
}
