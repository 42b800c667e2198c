import { describe, expect, it } from 'vitest';
import { smokeCommand } from '../../bin/smoke/smoke-command.ts';
import { runHere } from './run-here.ts';

const here = ['--url', 'ws://127.0.0.1:9', '--server-api', 'http://127.0.0.1:9'];

describe('npm run smoke', () => {
  it.each([
    [['--colour'], "unable to read the options; Unknown option '--colour' (--help lists them)"],
    [here.slice(2), 'unable to connect; --url is missing'],
    [here.slice(0, 2), 'unable to use --url alone; --server-api is missing'],
    [here, 'there is neither --secret-id nor the variable DOORMAN_APP_SECRET'],
    [
      ['--url', 'ws://example.com', ...here.slice(2)],
      'unable to use --url ws://example.com; it must begin with wss://',
    ],
    [['--set', 'graceMs'], 'unable to use --set graceMs; it must look like name=value'],
    [['--set', 'nobody=1'], 'unable to use setting nobody; the settings are'],
  ])('refuses %j in one line, with 2', async (args, sentence) => {
    const { code, stdout, stderr } = await runHere(smokeCommand, args, {});
    expect({ code, stdout, lines: stderr.trim().split('\n').length }).toEqual({ code: 2, stdout: '', lines: 1 });
    expect(stderr).toContain(sentence);
  });

  it('with --help lists its options', async () => {
    const { code, stdout } = await runHere(smokeCommand, ['--help'], {});
    expect([code, stdout]).toEqual([0, expect.stringContaining('--secret-id ID')]);
  });
});
