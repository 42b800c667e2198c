import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { callCommand } from '../../bin/deployment/call-command.ts';
import { listen } from '../support/listen.ts';
import { runHere } from './run-here.ts';

const top = join(import.meta.dirname, '..', '..');

interface Run {
  readonly child: ChildProcess;
  /** Resolves with the printed text when it contains `text`, or when the process has ended. */
  until(text: string): Promise<string>;
  readonly ended: Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }>;
}

function start(...args: string[]): Run {
  const child = spawn(process.execPath, ['--import', 'tsx', 'bin/dev.ts', ...args], { cwd: top });
  const printed = { stdout: '', stderr: '' };
  const watchers: (() => void)[] = [];
  child.stdout.on('data', (chunk) => {
    printed.stdout += String(chunk);
    for (const watch of watchers) watch();
  });
  child.stderr.on('data', (chunk) => {
    printed.stderr += String(chunk);
  });
  const ended = new Promise<Awaited<Run['ended']>>((resolve) =>
    child.once('close', (code) => resolve({ code, ...printed })),
  );
  const until = (text: string): Promise<string> =>
    new Promise((resolve) => {
      const watch = (): void => {
        if (printed.stdout.includes(text)) resolve(printed.stdout);
      };
      watchers.push(watch);
      watch();
      void ended.then(({ stdout, stderr }) => resolve(stdout + stderr));
    });
  return { child, until, ended };
}

describe('npm start', () => {
  it.each([
    [['--port', 'x'], 'unable to use --port x; it must be a whole number from 0 to 65533'],
    [['--set', 'graceMs'], 'unable to use --set graceMs; it must look like name=value'],
    [['--set', 'nobody=1'], 'unable to use setting nobody; the settings are'],
    [['--colour'], "unable to read the options; Unknown option '--colour' (--help lists them)"],
  ])('with %j reports the mistake in one line', async (args, sentence) => {
    const { code, stdout, stderr } = await start(...args).ended;
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(sentence);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  it('with --help lists its options', async () => {
    const { code, stdout } = await start('--help').ended;
    expect(code).toBe(0);
    expect(stdout).toContain('--set name=value');
  });

  it('reports that its port is in use', async () => {
    const server = createServer();
    const port = await listen(server);
    const { code, stderr } = await start('--port', `${port}`).ended;
    server.close();
    expect(stderr).toContain(`unable to listen on port ${port}; another program uses it`);
    expect(code).toBe(1);
  });

  it('runs the deployment until SIGTERM, and leaves no process behind', async () => {
    const run = start('--port', '0', '--set', 'appKey=shown');
    const printed = await run.until('Ctrl-C ends it.');
    expect(printed).toMatch(/app key +shown/);
    const endpoint = /DynamoDB +(http:\S+)/.exec(printed)?.[1] ?? '';
    const serverApi = /server API +(http:\S+)/.exec(printed)?.[1] ?? '';
    expect((await fetch(endpoint)).status).toBeGreaterThan(0);
    // It finds the deployment that runs here, and its key.
    expect(await runHere(callCommand, ['/chatroom/query.json', 'chatroomId=room1'], {})).toMatchObject({
      ...{ code: 0, stderr: 'HTTP 200\n' },
    });
    run.child.kill('SIGTERM');
    expect((await run.ended).code).toBe(0);
    await expect(fetch(endpoint)).rejects.toThrow();
    await expect(fetch(serverApi)).rejects.toThrow();
    const { code, stderr } = await runHere(callCommand, ['/chatroom/query.json', 'chatroomId=room1'], {});
    expect([code, stderr]).toEqual([
      1,
      expect.stringContaining('nothing runs on this machine: start it with npm start'),
    ]);
  });
});
