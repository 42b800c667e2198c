import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, describe, expect, it } from 'vitest';
import { callCommand } from '../../bin/deployment/call-command.ts';
import { listen } from '../support/listen.ts';
import { top } from '../support/project-files.ts';
import { runHere } from './run-here.ts';
import { run } from './run-script.ts';

const folder = mkdtempSync(join(tmpdir(), 'doorman-dev-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const start = (...args: string[]) => run(process.execPath, ['bin/start.mjs', ...args], { DOORMAN_FOLDER: folder });

describe('npm start', () => {
  it.each([
    [['--port', 'x'], 'unable to use --port x; it must be a whole number from 0 to 65533'],
    [['--set', 'graceMs'], 'unable to use --set graceMs; it must look like name=value'],
    [['--set', 'nobody=1'], 'unable to use setting nobody; the settings are'],
    [['--data='], 'unable to use --data without a folder; it must look like --data DIR'],
    [['--data', join(import.meta.filename, 'x'), '--port', '0'], 'unable to use '],
    [['--assembly', 'a', '--set', 'appKey=a'], 'unable to use --set with --assembly; an assembly has its settings'],
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
    expect(stdout).toContain('--like-aws');
  });

  it('reports that its port is in use, before it synthesizes', async () => {
    const server = createServer();
    const port = await listen(server);
    const { code, stdout, stderr } = await start('--verbose', '--port', `${port}`).ended;
    server.close();
    expect(stderr).toBe(`unable to listen on port ${port}; another program uses it\n`);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  });

  it('reports that Node is too old, in one sentence', async () => {
    const preload = join(folder, 'old-node.cjs');
    const versions = "{ ...process.versions, node: '18.20.4' }";
    writeFileSync(preload, `Object.defineProperty(process, 'versions', { value: ${versions} });`);
    const child = spawn(process.execPath, ['--require', preload, 'bin/start.mjs'], { cwd: top });
    const stderr = await text(child.stderr);
    expect(stderr).toBe('unable to start; this is Node 18.20.4, and Doorman needs 20.19 or newer\n');
  });

  it('runs the deployment until SIGTERM, says little, and leaves no process behind', async () => {
    const running = start('--port', '0', '--set', 'appKey=shown');
    const printed = await running.until('Ctrl-C ends it.');
    expect(
      printed
        .trim()
        .split('\n')
        .map((line) => line.split('  ')[0]),
    ).toEqual(['console', 'clients', 'server API', 'app key', 'try', 'Ctrl-C ends it.']);
    expect(printed).toMatch(/app key +shown, secret \S{32}$/m);
    const info = JSON.parse(readFileSync(join(folder, 'local.json'), 'utf8'));
    expect(info).toMatchObject({ pid: running.pid, appKey: 'shown' });
    const endpoint = info.dynamodbEndpoint;
    const serverApi = /server API +(http:\S+)/.exec(printed)?.[1] ?? '';
    expect((await fetch(endpoint)).status).toBeGreaterThan(0);
    // It finds the deployment that runs here, and its key.
    expect(
      await runHere(callCommand, ['/chatroom/query.json', 'chatroomId=room1'], { DOORMAN_FOLDER: folder }),
    ).toMatchObject({
      ...{ code: 0, stderr: 'HTTP 200\n' },
    });
    running.kill('SIGTERM');
    expect((await running.ended).code).toBe(0);
    await expect(fetch(endpoint)).rejects.toThrow();
    await expect(fetch(serverApi)).rejects.toThrow();
    const { code, stderr } = await runHere(callCommand, ['/chatroom/query.json', 'chatroomId=room1'], {
      DOORMAN_FOLDER: folder,
    });
    expect([code, stderr]).toEqual([
      1,
      expect.stringContaining('nothing runs on this machine: start it with npm start'),
    ]);
    expect(readdirSync(folder)).toEqual(['old-node.cjs']);
  });
});
