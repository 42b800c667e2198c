import { execFileSync } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';

/** A process that runs. */
export interface RunningProcess {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

const POLL_MS = 20;

/** The processes of this machine that have not ended. */
export function runningProcesses(): readonly RunningProcess[] {
  const lines = execFileSync('ps', ['-A', '-ww', '-o', 'pid=,ppid=,stat=,args='], { encoding: 'utf8' }).split('\n');
  return lines.flatMap((line) => {
    const [, pid, parent, state, command] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? [];
    // One that has ended stays in the list until its parent has taken note.
    if (command === undefined || state?.startsWith('Z') === true) return [];
    return [{ pid: Number(pid), parent: Number(parent), command }];
  });
}

/** A process with all that descend from it. */
export function familyOf(pid: number): readonly RunningProcess[] {
  const all = runningProcesses();
  const family = all.filter((each) => each.pid === pid);
  // The list grows while it is walked: by the children of each.
  for (const { pid: parent } of family) family.push(...all.filter((each) => each.parent === parent));
  return family;
}

/** Those of the processes that still run; a later process of the same id is another one. */
export function stillRunning(processes: readonly RunningProcess[]): readonly RunningProcess[] {
  return runningProcesses().filter(({ pid, command }) =>
    processes.some((known) => known.pid === pid && known.command === command),
  );
}

/** Resolves once none of the processes runs. */
export async function untilGone(processes: readonly RunningProcess[]): Promise<void> {
  while (stillRunning(processes).length > 0) await wait(POLL_MS);
}

/** Resolves to what `find` returns once it is not undefined. */
export async function untilFound<T>(find: () => T | undefined): Promise<T> {
  for (;;) {
    const found = find();
    if (found !== undefined) return found;
    await wait(POLL_MS);
  }
}
