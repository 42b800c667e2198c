import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { estimate } from '../../bench/aws/estimate.ts';
import { percentile } from '../../bench/aws/measure-posts.ts';
import { measurements } from '../../bench/aws/measurements.ts';
import { readOptions } from '../../bench/aws/options.ts';
import { billedMsOf } from '../../bench/aws/report-line.ts';
import { factTable, runFacts } from '../../bench/aws/run-facts.ts';
import type { Measurement, Site } from '../../bench/aws/site.ts';

const root = join(import.meta.dirname, '..', '..');

/** Runs the command as a user without credentials does, or with some that no account knows. */
function command(args: readonly string[], env: Readonly<Record<string, string>>) {
  const tsx = join(root, 'node_modules', '.bin', 'tsx');
  const path = { PATH: process.env.PATH ?? '', HOME: '/nonexistent', AWS_EC2_METADATA_DISABLED: 'true' };
  return new Promise<{ code: number | null; out: string; err: string }>((resolve) => {
    const child = execFile(
      tsx,
      [join(root, 'bench', 'aws', 'facts.ts'), ...args],
      { cwd: root, env: { ...path, ...env } },
      (_error, out, err) => resolve({ code: child.exitCode, out, err }),
    );
    child.stdin?.end();
  });
}

const known = { AWS_ACCESS_KEY_ID: 'none', AWS_SECRET_ACCESS_KEY: 'none' };

describe('npm run aws-facts', () => {
  it('explains itself and lists every measurement', async () => {
    const { code, out } = await command(['--help'], {});
    expect(code).toBe(0);
    for (const { name } of measurements) expect(out).toContain(`  ${name} `);
  });

  it.each([
    [[], {}, 'unable to use --region; it is missing (for example eu-central-1)\n'],
    [['--region', 'Berlin'], {}, 'unable to use --region; Berlin is no name of a region (for example eu-central-1)\n'],
    [['--region', 'eu-central-1', '--only', 'all'], {}, /^unable to use --only all; it must be one of answers, .*\n$/],
    [['--fast'], {}, /^unable to read the options; Unknown option '--fast' \(--help lists them\)\n$/],
    [
      ['--region', 'eu-central-1', '--yes'],
      {},
      /^unable to measure; there are no AWS credentials \(set AWS_PROFILE.*\n$/,
    ],
    [['--region', 'eu-central-1'], known, 'unable to ask; there is no terminal (--yes skips the question)\n'],
  ])('refuses %j with a sentence, before it does anything', async (args, env, expected) => {
    const { code, err } = await command(args, env);
    expect([code, err]).toEqual([1, typeof expected === 'string' ? expected : expect.stringMatching(expected)]);
  });

  it('prints cost and duration before it asks', async () => {
    const { out } = await command(['--region', 'eu-central-1', '--only', 'answers'], known);
    expect(out).toBe('Measures answers in eu-central-1: at most $0.01, about 8 min.\n');
  });
});

describe('a run that is interrupted', () => {
  it('before it deploys calls nothing of AWS, leaves no file and ends with an error', { timeout: 90_000 }, async () => {
    const before = readdirSync(root);
    const args = ['--import', 'tsx', join(root, 'bench', 'aws', 'facts.ts'), '--region', 'eu-central-1', '--yes'];
    const child = spawn(process.execPath, args, {
      cwd: root,
      env: { PATH: process.env.PATH ?? '', AWS_EC2_METADATA_DISABLED: 'true', ...known },
    });
    let out = '';
    child.stderr.on('data', (chunk) => {
      out += String(chunk);
    });
    child.stdout.on('data', (chunk) => {
      out += String(chunk);
      // The synthesis holds up the signal until it is over.
      if (String(chunk).includes('The stack is')) child.kill('SIGINT');
    });
    const [code] = await once(child, 'close');
    expect(code).toBe(1);
    expect(out).toContain('Interrupted; deleting the stack');
    expect(out).toMatch(/the run was interrupted\n$/);
    expect(out).not.toContain('destroy');
    expect(readdirSync(root)).toEqual(before);
    const [, name = ''] = /The stack is (\S+)\.\n/.exec(out) ?? [];
    expect(name).toMatch(/^DoormanFacts-[0-9a-f]{8}$/);
  });
});

describe('the estimate', () => {
  const need = { messages: 1_000_000, connectionMinutes: 4_000_000, invocations: 0, invocationMs: 0, durationSec: 60 };

  it('adds list prices and the time of the stack', () => {
    const [one] = measurements;
    if (one === undefined) throw new Error('unable to test; there is no measurement');
    expect(
      estimate([
        { ...one, need },
        { ...one, need: { ...need, messages: 0, connectionMinutes: 0 } },
      ]),
    ).toEqual({
      usd: 2,
      minutes: 9,
    });
    const lambda = { messages: 0, connectionMinutes: 0, invocations: 1_000_000, invocationMs: 100, durationSec: 0 };
    // $0.20 for requests, $0.67 for 50,000 GB seconds, $0.25 and $1.25 for 2,000,000 reads and writes.
    expect(estimate([{ ...one, need: lambda }]).usd).toBe(2.37);
  });

  it('is a cent at most for all', () => {
    expect(estimate(measurements).usd).toBe(0.01);
  });
});

describe('the options', () => {
  it('choose all measurements, or those that are named', () => {
    expect(readOptions(['--region', 'us-east-1'], measurements).chosen).toEqual(measurements);
    const some = ['--region', 'us-gov-west-1', '--only', 'half-open', '--only', 'answers', '--yes'];
    const { chosen, isConfirmed, region } = readOptions(some, measurements);
    expect([chosen.map(({ name }) => name), isConfirmed, region]).toEqual([
      ['answers', 'half-open'],
      true,
      'us-gov-west-1',
    ]);
  });
});

it.each([
  [
    'REPORT RequestId: 1f\tDuration: 3.21 ms\tBilled Duration: 4 ms\tMemory Size: 512 MB\tMax Memory Used: 90 MB\t\n',
    4,
  ],
  [
    'REPORT RequestId: 1f\tDuration: 3.21 ms\tBilled Duration: 254 ms\tMemory Size: 512 MB\tInit Duration: 250 ms\t\n',
    undefined,
  ],
  ['START RequestId: 1f Version: $LATEST\n', undefined],
])('the billed duration of %j is %s', (line, expected) => {
  expect(billedMsOf(line)).toBe(expected);
});

it('percentiles are values that were measured', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
  expect([percentile(hundred, 0.5), percentile(hundred, 0.99), percentile([7], 0.5)]).toEqual([50, 99, 7]);
});

describe('a run', () => {
  const site = { webSocketUrl: 'wss://none' } as unknown as Omit<Site, 'progress'>;
  const measurement = (name: string, run: Measurement['run']): Measurement => ({
    ...{ name, assumption: `it is ${name}`, expected: 'yes', source: 'a guess', run },
    need: { messages: 0, connectionMinutes: 0, invocations: 0, invocationMs: 0, durationSec: 0 },
  });
  const found = async () => ({ measured: 'yes', verdict: 'as expected' }) as const;

  /** What happens to the stack. */
  const watched = (deploy: () => Promise<typeof site>) => {
    const acts: string[] = [];
    const note = async <T>(act: string, then: () => Promise<T>): Promise<T> => {
      acts.push(act);
      return then();
    };
    const destroy = () => note('destroy', async () => undefined);
    return { acts, deployment: { deploy: () => note('deploy', deploy), destroy } };
  };

  it('goes on after a measurement that fails, deletes the stack and prints a table', async () => {
    const { acts, deployment } = watched(async () => site);
    const failing = measurement('failing', () => Promise.reject(new Error('unable to connect; no')));
    const lines: string[] = [];
    const chosen = [failing, measurement('good', found)];
    const rows = await runFacts(deployment, chosen, new AbortController().signal, (line) => lines.push(line));
    expect(acts).toEqual(['deploy', 'destroy']);
    expect(lines).toEqual(['failing …', 'failing: not as expected', 'good …', 'good: as expected']);
    expect(factTable(rows).split('\n').slice(2)).toEqual([
      '| it is failing | yes (a guess) | failed: unable to connect; no | not as expected |',
      '| it is good | yes (a guess) | yes | as expected |',
    ]);
  });

  it('deletes what there is of the stack when the deployment fails', async () => {
    const { acts, deployment } = watched(() => Promise.reject(new Error('cdk deploy ended with 1')));
    const run = runFacts(deployment, [measurement('good', found)], new AbortController().signal, () => undefined);
    await expect(run).rejects.toThrow('cdk deploy ended with 1');
    expect(acts).toEqual(['deploy', 'destroy']);
  });

  it('deletes the stack when it is interrupted, and keeps the rows that are done', async () => {
    const { acts, deployment } = watched(async () => site);
    const interrupt = new AbortController();
    const endless = measurement('endless', () => {
      interrupt.abort();
      return new Promise(() => undefined);
    });
    const chosen = [measurement('good', found), endless, measurement('never', found)];
    const rows = await runFacts(deployment, chosen, interrupt.signal, () => undefined);
    expect(rows.map(({ measurement: { name } }) => name)).toEqual(['good']);
    expect(acts).toEqual(['deploy', 'destroy']);
  });
});
