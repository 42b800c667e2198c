import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** The parent of a process; undefined where it has ended. */
export type ParentOf = (pid: number) => number | undefined;

/** Finds parents on this machine; none where the system does not say, as Windows. */
export function parentReader(): ParentOf {
  if (process.platform === 'linux') return readProcParent;
  const parents = process.platform === 'win32' ? new Map<number, number>() : readPs();
  return (pid) => parents.get(pid);
}

/** A line such as `17 (npm start) S 4 …`; a name may itself have brackets. */
function readProcParent(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return undefined;
  }
}

function readPs(): ReadonlyMap<number, number> {
  const { stdout } = spawnSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' });
  const lines = (stdout ?? '').trim().split('\n');
  return new Map(lines.map((line) => line.trim().split(/\s+/).map(Number) as [number, number]));
}

/** The parent of a process, its parent, and so on, up to but without the first process of the machine. */
export function ancestorsOf(pid: number, parentOf: ParentOf): readonly number[] {
  const parent = parentOf(pid) ?? 0;
  return parent > 1 ? [parent, ...ancestorsOf(parent, parentOf)] : [];
}
