import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { familyOf, type RunningProcess, stillRunning, untilGone } from '../support/processes.ts';
import { top } from '../support/project-files.ts';

/** Who starts it: npm in a terminal's foreground, a shell that waits for npm, a terminal, or Node without npm. */
export type Starter = 'npm' | 'shell' | 'terminal' | 'node';

/** The part of a running start that a process is. */
export type Part = 'npm' | 'launcher' | 'synthesis' | 'emulator' | 'lambda' | 'guard' | 'other';

export function partOf({ command }: RunningProcess): Part {
  // The guard's own script names the program that it guards.
  if (command.startsWith('/bin/sh -c (read ')) return 'guard';
  if (command.includes('lambda-runtime.mjs')) return 'lambda';
  if (/dynoxide --host|dynalite-process/.test(command)) return 'emulator';
  if (command.includes('synthesize.ts')) return 'synthesis';
  if (/^\S*node bin\/start\.mjs/.test(command)) return 'launcher';
  return /^npm start/.test(command) ? 'npm' : 'other';
}

const quote = (args: readonly string[]): string => args.map((arg) => `'${arg}'`).join(' ');

function commandOf(starter: Starter, args: readonly string[]): readonly [string, readonly string[]] {
  const npm = `npm start -- ${quote(args)}`;
  switch (starter) {
    case 'npm':
      return ['npm', ['start', '--', ...args]];
    case 'node':
      return [process.execPath, ['bin/start.mjs', ...args]];
    case 'shell':
      return ['/bin/sh', ['-c', `${npm} & wait`]];
    case 'terminal':
      return ['script', ['--quiet', '--flush', '--command', npm, '/dev/null']];
  }
}

/** `npm start` on free ports, with working files and data in a folder of its own. */
export class StartRun {
  readonly folder: string;
  readonly ended: Promise<number | null>;
  readonly #child: ChildProcess;
  #family: readonly RunningProcess[] = [];
  #printed = '';
  #watch: () => void = () => {};

  constructor(starter: Starter, args: readonly string[], folder?: string) {
    this.folder = folder ?? realpathSync(mkdtempSync(join(tmpdir(), 'doorman-start-')));
    const [file, all] = commandOf(starter, ['--port', '0', '--data', join(this.folder, 'data'), ...args]);
    this.#child = spawn(file, all, {
      cwd: top,
      env: { ...process.env, DOORMAN_FOLDER: this.folder },
      // The foreground job of a terminal is a group, too.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#printed += text;
        this.#watch();
      });
    }
    this.ended = once(this.#child, 'exit').then(([code]) => code as number | null);
  }

  get printed(): string {
    return this.#printed;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Resolves once the text is printed; rejects when the start ends before. */
  async until(text: string): Promise<void> {
    const shown = new Promise<void>((resolve) => {
      this.#watch = () => this.#printed.includes(text) && resolve();
      this.#watch();
    });
    const tooEarly = this.ended.then(() => Promise.reject(new Error(`unable to see ${text}; ${this.#printed}`)));
    await Promise.race([shown, tooEarly]);
  }

  /** The processes of a part that run now. All that it has seen must be gone in the end. */
  processes(part?: Part): readonly RunningProcess[] {
    const now = familyOf(this.pid);
    this.#family = [...this.#family, ...now];
    return now.filter((each) => part === undefined || partOf(each) === part);
  }

  /** Sends a signal to each process of a part. */
  kill(part: Part, signal: NodeJS.Signals): void {
    const found = this.processes(part);
    if (found.length === 0) throw new Error(`unable to kill ${part}; none runs`);
    for (const { pid } of found) process.kill(pid, signal);
  }

  /** What a terminal does on Ctrl-C and when it closes. */
  killGroup(signal: NodeJS.Signals): void {
    this.processes();
    process.kill(-this.pid, signal);
  }

  /** An address that it has printed. */
  address(of: 'clients' | 'server API'): string {
    return new RegExp(`^${of} +(\\S+)`, 'm').exec(this.#printed)?.[1] ?? '';
  }

  /** Resolves once every process that was seen has ended. */
  async untilAllGone(): Promise<void> {
    await untilGone(this.#family);
  }

  /** The files and folders left, without those that SQLite keeps beside its file. */
  left(): readonly string[] {
    const names = ['', 'data'].flatMap((folder) => {
      try {
        return readdirSync(join(this.folder, folder)).map((name) => join(folder, name));
      } catch {
        return [];
      }
    });
    return names
      .filter((name) => name !== 'data' && !/-(wal|shm)$/.test(name))
      .map((name) => name.replace(/^assembly-.*/, 'assembly'))
      .sort();
  }

  /** Ends what a failed test has left. */
  async close(): Promise<void> {
    this.processes();
    for (const { pid } of stillRunning(this.#family)) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It has ended.
      }
    }
    await this.untilAllGone();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
