import { isAlive } from '../../lib/local/base/is-alive.ts';
import { ancestorsOf, parentReader } from './process-parents.ts';

const POLL_MS = 250;

/** npm may pass on the Ctrl-C that the terminal has sent already: what comes sooner is the same one. */
export const SAME_CTRL_C_MS = 1_000;

/** When a run ends. */
export interface Ending {
  /** Resolves at the first signal, or when a process that this one descends from has ended. */
  readonly asked: Promise<void>;
  /** Resolves at a further Ctrl-C: the user does not want to wait. */
  readonly askedAgain: Promise<void>;
}

/**
 * Watches for the end. npm passes on no kill that it cannot see, a shell none at all, and a terminal that is closed may
 * send nothing: so the run also ends when its npm, shell or terminal does, unless it is `detached`. Then a hangup is no
 * end, either.
 */
export function watchEnding(isDetached: boolean): Ending {
  const [asked, ask] = settledLater();
  const [askedAgain, askAgain] = settledLater();
  let firstAtMs: number | undefined;
  const hear = (): void => {
    firstAtMs ??= performance.now();
    ask();
  };
  process.on('SIGINT', () => {
    if (firstAtMs !== undefined && performance.now() - firstAtMs > SAME_CTRL_C_MS) askAgain();
    hear();
  });
  process.on('SIGTERM', hear);
  process.on('SIGHUP', isDetached ? () => {} : hear);
  if (!isDetached) watchAncestors(hear);
  return { asked, askedAgain };
}

function settledLater(): [Promise<void>, () => void] {
  let settle: () => void = () => {};
  const promise = new Promise<void>((resolve) => {
    settle = resolve;
  });
  return [promise, settle];
}

function watchAncestors(onEnd: () => void): void {
  const parent = process.ppid;
  const known = ancestorsOf(process.pid, parentReader());
  const ancestors = known.length > 0 ? known : [parent];
  const timer = setInterval(() => {
    if (process.ppid === parent && ancestors.every(isAlive)) return;
    clearInterval(timer);
    onEnd();
  }, POLL_MS).unref();
}
