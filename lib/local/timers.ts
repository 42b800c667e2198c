/** Runs something once after that time; what it returns calls it off. */
export type After = (delayMs: number, run: () => void) => () => void;

/** The timers of this machine. */
export const afterOnClock: After = (delayMs, run) => {
  const timer = setTimeout(run, delayMs);
  return () => clearTimeout(timer);
};
