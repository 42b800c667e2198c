import { describe, expect, it } from 'vitest';
import { readOptions } from '../../../bench/cost/options.ts';

const WHOLE = ['--members', '1000', '--rate', '10', '--hours', '2'];

describe('the options of npm run cost', () => {
  it('are a workload; as many write as write once in 5 s each', () => {
    const workload = { members: 1_000, rate: 10, hours: 2, rooms: 1, senders: 50, drops: 1 };
    expect(readOptions(WHOLE)).toEqual({ action: 'cost', isJson: false, workload });
    const chosen = [...WHOLE, '--rooms', '3', '--senders', '7', '--drops', '0.5', '--json'];
    const other = { ...workload, rooms: 3, senders: 7, drops: 0.5 };
    expect(readOptions(chosen)).toEqual({ action: 'cost', isJson: true, workload: other });
    expect(readOptions([...WHOLE, '--presence']).workload).toEqual({ ...workload, presence: true });
  });

  it.each([
    [['--rate', '10', '--hours', '2'], 'unable to use --members; it is missing (--help lists the options)'],
    [[...WHOLE, '--members', '1.5'], 'unable to use --members 1.5; it must be a whole number, 2 to 1,000,000'],
    [[...WHOLE, '--members', '1'], 'unable to use --members 1; it must be a whole number, 2 to 1,000,000'],
    [[...WHOLE, '--rate', '0'], 'unable to use --rate 0; it must be a number, 0.001 to 1,000'],
    [[...WHOLE, '--rate', '1e3'], 'unable to use --rate 1e3; it must be a number, 0.001 to 1,000'],
    [[...WHOLE, '--hours', 'two'], 'unable to use --hours two; it must be a number, 0.01 to 750'],
    [[...WHOLE, '--senders', '1001'], 'unable to use --senders 1001; it must be a whole number, 1 to 1,000'],
    [['--speed', '1'], "unable to read the options; Unknown option '--speed' (--help lists them)"],
  ])('say what is wrong with %j', (args, message) => {
    expect(() => readOptions(args)).toThrow(message);
  });

  it('need no workload for what has none', () => {
    expect(['--help', '--count', '--docs'].map((flag) => readOptions([flag]).action)).toEqual([
      'help',
      'count',
      'docs',
    ]);
  });
});
