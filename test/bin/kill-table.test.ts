import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { top } from '../support/project-files.ts';
import { killTable, untilSynthesis, useBothApis } from './kill-table.ts';
import { type Starter, StartRun } from './start-run.ts';

const assembly = mkdtempSync(join(tmpdir(), 'doorman-assembly-'));
const runs: StartRun[] = [];

function start(starter: Starter, args: readonly string[], folder?: string): StartRun {
  const run = new StartRun(starter, args, folder);
  runs.push(run);
  return run;
}

beforeAll(async () => {
  const program = join(top, 'bin', 'dev', 'synthesize.ts');
  const child = spawn(process.execPath, ['--import', 'tsx', program, assembly, '{}'], { cwd: top, stdio: 'ignore' });
  const [code] = await once(child, 'exit');
  expect(code).toBe(0);
}, 600_000);
afterEach(async () => {
  for (const run of runs.splice(0)) await run.close();
});
afterAll(() => rmSync(assembly, { recursive: true, force: true }));

describe('nothing survives npm start:', () => {
  it.each(killTable)('$id', async ({ starter, when, prepare, act, says, left }) => {
    const folder = mkdtempSync(join(tmpdir(), 'doorman-start-'));
    prepare?.(folder);
    const run = start(starter, when === 'synthesis' ? [] : ['--assembly', assembly], folder);
    if (when === 'synthesis') await untilSynthesis(run);
    if (when === undefined) {
      await run.until('Ctrl-C ends it.');
      await useBothApis(run);
    }
    await act(run);
    await run.ended;
    await run.untilAllGone();
    expect(run.left()).toEqual(left);
    if (says !== undefined) expect(run.printed).toMatch(says);
  });

  it('a start takes over what a killed one left, and keeps its secret', async () => {
    const killed = start('node', ['--assembly', assembly]);
    await killed.until('Ctrl-C ends it.');
    const secrets = readFileSync(join(killed.folder, 'data', 'secrets.json'), 'utf8');
    killed.kill('launcher', 'SIGKILL');
    await killed.untilAllGone();
    const next = start('node', ['--assembly', assembly], killed.folder);
    await next.until('Ctrl-C ends it.');
    expect(readFileSync(join(next.folder, 'data', 'secrets.json'), 'utf8')).toBe(secrets);
    next.kill('launcher', 'SIGTERM');
    expect(await next.ended).toBe(0);
    expect(next.left()).toEqual(['data/dynamodb.sqlite', 'data/secrets.json']);
  });

  it('a start whose file another one has replaced leaves it alone', async () => {
    const run = start('node', ['--assembly', assembly]);
    await run.until('Ctrl-C ends it.');
    writeFileSync(join(run.folder, 'local.json'), JSON.stringify({ pid: 1 }));
    run.kill('launcher', 'SIGTERM');
    expect(await run.ended).toBe(0);
    expect(run.left()).toContain('local.json');
  });
});
