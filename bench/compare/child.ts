import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { findNode } from '../../lib/local/lambda/lambda-pool.ts';

/** A process of the benchmark, which ends with it. */
export interface Child<Request, Report> {
  send(request: Request): void;
  onReport(listener: (report: Report) => void): void;
  /** Called when it ends although nobody closed it. */
  onDeath(listener: (why: string) => void): void;
  close(): Promise<void>;
}

/** Starts a bundle with the Node that runs Lambdas on this machine; what it logs goes to standard error. */
export function startChild<Request, Report>(
  file: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): Child<Request, Report> {
  const child: ChildProcess = spawn(findNode(), [file, ...args], {
    env: { PATH: process.env.PATH ?? '', ...environment },
    stdio: ['ignore', 2, 2, 'ipc'],
  });
  const exited = once(child, 'exit');
  let isClosing = false;
  return {
    send: (request) => {
      if (child.connected) child.send(request as object);
    },
    onReport: (listener) => void child.on('message', listener as (message: unknown) => void),
    onDeath: (listener) =>
      void child.once('exit', (code, signal) => {
        if (!isClosing) listener(`${file} ended with ${signal ?? `code ${code}`}`);
      }),
    close: async () => {
      isClosing = true;
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await exited;
    },
  };
}
