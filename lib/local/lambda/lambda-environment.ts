import type { ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { forwardLines } from '../base/forward-lines.ts';
import { spawnGuarded } from '../base/guarded-process.ts';
import type { LocalFunction } from '../template/local-function.ts';
import type { InvokeResult } from './invoke.ts';

/** Figures of one environment. */
export interface EnvironmentReport {
  readonly functionId: string;
  readonly functionName: string;
  readonly pid: number | undefined;
  readonly initMs: number | undefined;
  readonly maxMemoryMb: number;
  readonly invocations: number;
}

/** How to start an environment. */
export interface EnvironmentOptions {
  readonly fn: LocalFunction;
  readonly variables: Readonly<Record<string, string>>;
  readonly nodePath: string;
  readonly log: (line: string) => void;
}

type RuntimeMessage =
  | { readonly type: 'ready'; readonly initMs: number }
  | { readonly type: 'failed'; readonly errorType: string; readonly errorMessage: string }
  | { readonly type: 'answer'; readonly memoryMb: number; readonly answer: InvokeResult };

const runtimeFile = fileURLToPath(new URL('./lambda-runtime.mjs', import.meta.url));
/** Lambda's limit for the init phase; the timeout of the function counts from the end of the phase. */
const initTimeoutMs = 10_000;

function findBundle({ assetDir, handler, path }: LocalFunction): [file: string, exportName: string] {
  const dot = handler.lastIndexOf('.');
  const base = join(assetDir, handler.slice(0, dot));
  const file = ['.mjs', '.js', '.cjs'].map((extension) => base + extension).find(existsSync);
  if (file === undefined) throw new Error(`unable to start ${path}; its bundle has no ${handler.slice(0, dot)}`);
  return [file, handler.slice(dot + 1)];
}

/** One execution environment: a process that runs one event at a time. Its init phase starts immediately. */
export class LambdaEnvironment {
  readonly #options: EnvironmentOptions;
  readonly #child: ChildProcess;
  readonly #exited: Promise<void>;
  /** The error of the event that ran when the environment exited; undefined while the environment runs. */
  #death: InvokeResult | undefined;
  #initMs: number | undefined;
  #maxMemoryMb = 0;
  #invocations = 0;
  #settle: ((result: InvokeResult) => void) | undefined;
  #whenReady: (() => void) | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: EnvironmentOptions) {
    this.#options = options;
    this.#child = spawnGuarded(options.nodePath, [runtimeFile, ...findBundle(options.fn)], {
      cwd: options.fn.assetDir,
      env: { ...options.variables },
      output: 'pipe',
      ipc: true,
    });
    forwardLines(this.#child, options.log);
    this.#child.on('message', (message: RuntimeMessage) => this.#receive(message));
    this.#exited = new Promise((resolve) => {
      const onExit = (reason: string): void => {
        this.#die('Runtime.ExitError', `Runtime exited with error: ${reason}`);
        resolve();
      };
      this.#child.once('error', ({ message }) => onExit(message));
      this.#child.once('exit', (code, signal) => onExit(signal ?? `exit status ${code}`));
    });
  }

  get dead(): boolean {
    return this.#death !== undefined;
  }

  report(): EnvironmentReport {
    return {
      functionId: this.#options.fn.logicalId,
      functionName: this.#options.fn.path,
      pid: this.dead ? undefined : this.#child.pid,
      initMs: this.#initMs,
      maxMemoryMb: this.#maxMemoryMb,
      invocations: this.#invocations,
    };
  }

  /** Runs one event. The caller waits for the result before it runs the next one. */
  run(event: unknown, requestId: string): Promise<InvokeResult> {
    this.#invocations += 1;
    return new Promise((resolve) => {
      this.#settle = resolve;
      if (this.#death !== undefined) {
        this.#finish(this.#death);
      } else if (this.#initMs !== undefined) {
        this.#send(event, requestId);
      } else {
        this.#startTimer(initTimeoutMs, requestId);
        this.#whenReady = () => this.#send(event, requestId);
      }
    });
  }

  close(): Promise<void> {
    this.#die('Runtime.ExitError', 'the environment was closed');
    return this.#exited;
  }

  #receive(message: RuntimeMessage): void {
    if (message.type === 'failed') {
      this.#die(message.errorType, message.errorMessage);
    } else if (message.type === 'answer') {
      this.#maxMemoryMb = Math.max(this.#maxMemoryMb, message.memoryMb);
      this.#finish(message.answer);
    } else {
      this.#initMs = message.initMs;
      this.#whenReady?.();
    }
  }

  #send(event: unknown, requestId: string): void {
    const { fn } = this.#options;
    this.#startTimer(fn.timeoutMs, requestId);
    const { functionName, arn: functionArn, memoryMb, timeoutMs } = fn;
    this.#child.send({ event, requestId, timeoutMs, functionName, functionArn, memoryMb }, (error) => {
      if (error !== null) this.#die('Runtime.ExitError', 'Runtime exited without providing a reason');
    });
  }

  #startTimer(timeoutMs: number, requestId: string): void {
    clearTimeout(this.#timer);
    const text = `${requestId} Task timed out after ${(timeoutMs / 1000).toFixed(2)} seconds`;
    this.#timer = setTimeout(() => this.#die('Sandbox.Timedout', text), timeoutMs);
  }

  #finish(result: InvokeResult): void {
    clearTimeout(this.#timer);
    const settle = this.#settle;
    this.#settle = undefined;
    settle?.(result);
  }

  #die(errorType: string, errorMessage: string): void {
    this.#death ??= { ok: false, errorType, errorMessage };
    this.#child.kill('SIGKILL');
    this.#finish(this.#death);
  }
}
