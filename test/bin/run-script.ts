import { spawn } from 'node:child_process';
import { top } from '../support/project-files.ts';

/** How a process ended and what it printed. */
export interface Ended {
  /** null if a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that runs. */
export interface RunningScript {
  readonly pid: number | undefined;
  kill(signal: NodeJS.Signals): void;
  /** Resolves to the output when it contains this text; rejects when the process ends without it. */
  until(text: string): Promise<string>;
  readonly ended: Promise<Ended>;
}

/** Runs a program in the project's folder; its environment is this process's and `env`. */
export function run(program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): RunningScript {
  const child = spawn(program, args, { cwd: top, env: { ...process.env, ...env } });
  const printed = { stdout: '', stderr: '' };
  const watchers = new Set<() => void>();
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].on('data', (chunk) => {
      printed[stream] += String(chunk);
      for (const watch of watchers) watch();
    });
  }
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, ...printed }));
  });
  const until = (text: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const watch = (): void => {
        if (printed.stdout.includes(text)) resolve(printed.stdout);
      };
      watchers.add(watch);
      watch();
      void ended.then(({ stdout, stderr }) => reject(new Error(`ended without "${text}": ${stdout}${stderr}`)));
    });
  return { pid: child.pid, kill: (signal) => child.kill(signal), until, ended };
}

/** Runs a script of bin, as its npm command does. */
export const runScript = (script: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): RunningScript =>
  run(process.execPath, ['--import', 'tsx', `bin/${script}.ts`, ...args], env);
