import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { spawnGuarded } from '../../../lib/local/base/guarded-process.ts';
import { familyOf, type RunningProcess, stillRunning, untilFound, untilGone } from '../../support/processes.ts';
import { top } from '../../support/project-files.ts';

const started: ChildProcess[] = [];
const families: RunningProcess[] = [];
afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
  for (const { pid } of stillRunning(families.splice(0))) process.kill(pid, 'SIGKILL');
});

/** Does nothing for ever, not even listen. */
const busy = ['-e', 'for (;;) {}'];
/** Starts a program of its own, and waits. */
const withChild = ['-e', "require('node:child_process').spawn('sleep', ['1000']); setInterval(() => {}, 1000)"];

/** A process that starts a guarded one. */
function startStarter(args: readonly string[]): ChildProcess {
  const source = `
    const { spawnGuarded } = await import('./lib/local/base/guarded-process.ts');
    spawnGuarded(process.execPath, ${JSON.stringify(args)}, { output: 'pipe', ipc: true });`;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', source], { cwd: top });
  started.push(child);
  return child;
}

it.each([
  ['that listens to nothing', busy, 'for (;;)'],
  ['and the programs that it started', withChild, 'sleep 1000'],
])('a program %s ends with its starter, even by kill -9', async (_what, args, sign) => {
  const starter = startStarter(args);
  const pid = starter.pid ?? 0;
  const isProgram = (each: RunningProcess): boolean =>
    each.pid !== pid && !each.command.startsWith('/bin/sh') && each.command.includes(sign);
  const family = await untilFound(() => {
    const all = familyOf(pid);
    return all.some(isProgram) ? all : undefined;
  });
  families.push(...family);
  starter.kill('SIGKILL');
  await untilGone(family);
});

it('a program whose guard is killed ends', async () => {
  const child = spawnGuarded(process.execPath, busy, { output: 'ignore', ipc: false });
  started.push(child);
  const guard = await untilFound(() => familyOf(child.pid ?? 0).find(({ command }) => command.startsWith('/bin/sh')));
  const ended = once(child, 'exit');
  if (guard.pid !== child.pid) process.kill(guard.pid, 'SIGKILL');
  expect((await ended)[1]).toBe('SIGKILL');
});

it('a program gets the variables that it is given, and no other', async () => {
  const print = ['-e', "console.log(Object.keys(process.env).filter((name) => name !== '_').join())"];
  const env = { PATH: process.env.PATH ?? '', GIVEN: 'x' };
  const child = spawnGuarded(process.execPath, print, { output: 'pipe', ipc: false, cwd: join(top, 'bin'), env });
  let printed = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
  });
  await once(child, 'close');
  expect(printed.trim().split(',').sort()).toEqual(['GIVEN', 'PATH']);
});
