import { isAlive } from '../../lib/local/base/is-alive.ts';
import { ancestorsOf, readParents } from './process-parents.ts';

const POLL_MS = 250;
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** When a run ends. */
export interface Ending {
  /** Resolves at the first signal, or when a process that this one descends from has ended. */
  readonly asked: Promise<void>;
  /** Resolves at the next signal after that: the user does not want to wait. */
  readonly askedAgain: Promise<void>;
}

/**
 * Watches for the end. npm passes on no kill that it cannot see, a shell none at all, and a terminal that is closed may
 * send nothing: so the run also ends when its npm, shell or terminal does, unless it is `detached`. Then a hangup is no
 * end, either.
 */
export function watchEnding(isDetached: boolean): Ending {
  const heard: (() => void)[] = [];
  const next = (): Promise<void> => new Promise((resolve) => heard.push(resolve));
  const ending = { asked: next(), askedAgain: next() };
  const hear = (): void => heard.shift()?.();
  for (const signal of signals) {
    process.on(signal, isDetached && signal === 'SIGHUP' ? () => {} : hear);
  }
  if (!isDetached) watchAncestors(hear);
  return ending;
}

function watchAncestors(onEnd: () => void): void {
  const parent = process.ppid;
  const known = ancestorsOf(process.pid, readParents());
  const ancestors = known.length > 0 ? known : [parent];
  const timer = setInterval(() => {
    if (process.ppid === parent && ancestors.every(isAlive)) return;
    clearInterval(timer);
    onEnd();
  }, POLL_MS).unref();
}
