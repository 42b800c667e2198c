import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** The parent of each process of this machine; empty where the system does not say, as Windows. */
export function readParents(): ReadonlyMap<number, number> {
  if (process.platform === 'linux') return readProc();
  return process.platform === 'win32' ? new Map() : readPs();
}

function readProc(): ReadonlyMap<number, number> {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return new Map(
    pids.flatMap((pid): [number, number][] => {
      const parent = readProcParent(pid);
      return parent === undefined ? [] : [[Number(pid), parent]];
    }),
  );
}

/** A line such as `17 (npm start) S 4 …`; a name may itself have brackets. */
function readProcParent(pid: string): number | undefined {
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
export function ancestorsOf(pid: number, parents: ReadonlyMap<number, number>): readonly number[] {
  const parent = parents.get(pid) ?? 0;
  return parent > 1 ? [parent, ...ancestorsOf(parent, parents)] : [];
}
