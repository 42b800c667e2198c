import { describe, expect, it } from 'vitest';
import { cpuChart } from '../../../bench/compare/chart.ts';
import type { Case, Measured, Sample } from '../../../bench/compare/measure.ts';
import { readOptions } from '../../../bench/compare/options.ts';
import { caseTable, summarize } from '../../../bench/compare/report.ts';
import { Arrivals } from '../../../bench/compare/sockets/arrivals.ts';
import { quantile, ratios, spreadOf } from '../../../bench/compare/statistics.ts';

const sampleOf = (cpuMs: number): Sample => ({
  ...{ cpuMs, ackMs: 5, lastMs: 20, posts: 10, deliveries: 40 },
  ...{ repeats: 0, refused: 1 },
});

const measuredOf = (key: string, cpus: readonly number[]): Measured => ({
  ...{ key, title: `<${key}>`, messages: 4, samples: cpus.map(sampleOf) },
  ...{ ackMs: { p50: 5, p99: 9 }, lastMs: { p50: 20, p99: 30 } },
});

const room: Case = {
  ...{ online: 100, offline: 10_000, mode: 'single' },
  measured: [measuredOf('doorman', [1, 2, 3]), measuredOf('a', [10, 10, 60])],
};

describe('the statistics', () => {
  it('take a median between two values', () => {
    expect(quantile([4, 1, 3, 2], 0.5)).toBe(2.5);
  });

  it('take the quarters around it', () => {
    expect(spreadOf([5, 1, 2, 4, 3])).toEqual({ median: 3, low: 2, high: 4 });
  });

  it('compare round by round', () => {
    expect(ratios([1, 2, 3], [10, 10, 60]).median).toBe(0.1);
  });
});

describe('the report', () => {
  it('has medians, and how much of each other contender Doorman takes', () => {
    const [, other] = summarize(room);
    expect(other).toMatchObject({ cpuMs: { median: 10 }, doormanCpu: { median: 0.1 }, postsPerDelivery: 0.25 });
    expect(other).toMatchObject({ refused: 0.25, postsPerCpuSecond: { median: 1000 } });
  });

  it('is a table with a row for each contender', () => {
    expect(caseTable(room).split('\n')).toEqual([
      '**100 online, 10,000 offline, one message at a time**',
      '',
      expect.stringContaining('| contender | CPU ms |'),
      expect.stringContaining('| --- | ---: |'),
      '| <doorman> | 2.00 (1.50–2.50) |  | 5.00, 9.00 | 20.0, 30.0 |  | 0.25 | 5000 | 25 % |',
      '| <a> | 10.0 (10.0–35.0) | 0.10 (0.08–0.15) | 5.00, 9.00 | 20.0, 30.0 | 1.00 (1.00–1.00) | 0.25 | 1000 | 25 % |',
    ]);
  });

  it('draws a bar for each contender, longer for more CPU', () => {
    const chart = cpuChart([room]);
    const widths = [...chart.matchAll(/<rect class="(\w+)" x="\d+" y="\d+" width="([\d.]+)"/g)];
    expect(widths.map(([, key]) => key)).toEqual(['doorman', 'a']);
    // From 1 to 10 the scale has one power of ten.
    expect(widths.map(([, , width]) => Number(width))).toEqual([153.5, 510]);
    expect(chart).toContain('&#60;doorman&#62;');
    expect(chart).not.toContain('<doorman>');
  });
});

describe('the options', () => {
  const read = (...args: string[]) => readOptions(args, ['a', 'a2', 'b']);

  it('leave nothing out by default', () => {
    expect(read()).toMatchObject({ only: ['a', 'a2', 'b'], rounds: 7, isWhole: true });
    expect(read().sizes).toEqual([
      { online: 10, offline: 0 },
      { online: 100, offline: 0 },
      { online: 1000, offline: 0 },
      { online: 100, offline: 10_000 },
    ]);
  });

  it('run a part', () => {
    const options = read('--only', 'a,b', '--n', '10,1000', '--rounds', '3', '--mode', 'busy');
    expect(options).toMatchObject({ only: ['a', 'b'], rounds: 3, modes: ['busy'], isWhole: false });
    expect(options.sizes.map(({ online }) => online)).toEqual([10, 1000]);
  });

  it('are whole with one of the two parts', () => {
    expect(read('--parts', 'sockets')).toMatchObject({ parts: ['sockets'], isWhole: true });
  });

  it.each([
    [['--only', 'c'], 'unable to use --only c; it is none of a, a2, b'],
    [['--n', '9'], 'unable to use --n 9; it must be a whole number, 10 or more'],
    [['--rounds', '0'], 'unable to use --rounds 0; it must be a whole number, 1 or more'],
  ])('refuse %j', (args, message) => {
    expect(() => read(...args)).toThrow(message);
  });
});

describe('arrivals', () => {
  it('wait for every client, and know a message in any frame', async () => {
    const arrivals = new Arrivals();
    const delivered = arrivals.expect('[[7]]', 2);
    arrivals.note('42["message","hello [[7]]"]');
    expect(arrivals.open).toBe(1);
    arrivals.note('{"messages":[{"content":"[[6]]"},{"content":"[[7]]"}]}');
    expect(await delivered).toHaveLength(2);
    expect(arrivals.open).toBe(0);
  });
});
