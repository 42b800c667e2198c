import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';

/** How to start a guarded program. */
export interface GuardedOptions extends Pick<SpawnOptions, 'cwd' | 'env'> {
  readonly output: 'ignore' | 'pipe';
  /** Whether the program is a Node that gets and sends messages. */
  readonly ipc: boolean;
}

const GUARD_FD = 3;

/**
 * The shell becomes the program; its background job is the guard. The guard reads a pipe that only the starter writes to:
 * when the starter ends, by whatever signal, the system closes the pipe, and the guard kills the program's group.
 */
const script = [
  `(read -r line <&${GUARD_FD} || kill -9 -$$) >/dev/null 2>&1 &`,
  // A program gets no variable that it would not have without the shell.
  `unset PWD OLDPWD SHLVL; exec "$@" ${GUARD_FD}<&-`,
].join('\n');

const hasShell = process.platform !== 'win32';

/**
 * Starts a program that cannot outlive this process, not even when this process is killed. It is in a group of its own,
 * so that Ctrl-C reaches this process only, which then ends the program in order. When its guard is killed, it is killed.
 * On Windows it has no guard: a Node must end itself on `disconnect`.
 */
export function spawnGuarded(file: string, args: readonly string[], options: GuardedOptions): ChildProcess {
  const { output, ipc, ...where } = options;
  if (!hasShell) {
    return spawn(file, args, { ...where, stdio: ['ignore', output, output, ...(ipc ? ['ipc' as const] : [])] });
  }
  const child = spawn('/bin/sh', ['-c', script, 'guard', file, ...args], {
    ...where,
    detached: true,
    stdio: ['ignore', output, output, 'pipe', ...(ipc ? ['ipc' as const] : [])],
  });
  const guard = child.stdio[GUARD_FD] as (Readable & { unref(): void }) | null | undefined;
  // The program is what this process waits for, not its guard.
  guard?.unref();
  // Without a reader the end of the guard goes unnoticed.
  guard?.on('error', () => {}).once('close', () => child.kill('SIGKILL'));
  guard?.resume();
  child.once('exit', () => guard?.destroy());
  return child;
}
