/** Runs a callback once after a delay; the returned function cancels it. */
export type After = (delayMs: number, run: () => void) => () => void;

/** `After` on the real clock. */
export const afterOnClock: After = (delayMs, run) => {
  const timer = setTimeout(run, delayMs);
  return () => clearTimeout(timer);
};
