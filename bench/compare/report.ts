import { toTable } from '../document-section.ts';
import { type Case, type Measured, roomTitle, type Sample } from './measure.ts';
import { ratios, type Spread, spreadOf } from './statistics.ts';

const digits = (value: number): string => {
  if (Number.isNaN(value)) return '–';
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
};

const withSpread = ({ median, low, high }: Spread): string => `${digits(median)} (${digits(low)}–${digits(high)})`;
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const valuesOf = (measured: Measured, of: (sample: Sample) => number): readonly number[] => measured.samples.map(of);
const cpuOf = (sample: Sample): number => sample.cpuMs;
const lastOf = (sample: Sample): number => sample.lastMs;

export const caseTitle = (one: Case): string =>
  `${roomTitle(one)}, ${one.mode === 'single' ? 'one message at a time' : '40 messages a second'}`;

/** Medians of one contender in one room, and Doorman's as parts of them. */
export interface Summary {
  readonly key: string;
  readonly title: string;
  readonly cpuMs: Spread;
  readonly lastMs: Spread;
  readonly postsPerDelivery: number;
  readonly postsPerCpuSecond: Spread;
  readonly repeats: number;
  /** Parts of the messages. */
  readonly refused: number;
  readonly doormanCpu: Spread;
  readonly doormanLast: Spread;
}

/** One summary for each contender of the room. */
export function summarize({ measured }: Case): readonly Summary[] {
  const doorman = measured.find(({ key }) => key === 'doorman');
  const ratio = (of: (sample: Sample) => number, other: Measured) =>
    ratios(doorman === undefined ? [] : valuesOf(doorman, of), valuesOf(other, of));
  return measured.map((one) => ({
    key: one.key,
    title: one.title,
    cpuMs: spreadOf(valuesOf(one, cpuOf)),
    lastMs: spreadOf(valuesOf(one, lastOf)),
    postsPerDelivery: spreadOf(valuesOf(one, ({ posts, deliveries }) => posts / deliveries)).median,
    postsPerCpuSecond: spreadOf(valuesOf(one, ({ posts, cpuMs }) => (1000 * posts) / cpuMs)),
    repeats: sum(valuesOf(one, ({ repeats }) => repeats)),
    refused: sum(valuesOf(one, ({ refused }) => refused)) / (one.messages * one.samples.length),
    doormanCpu: ratio(cpuOf, one),
    doormanLast: ratio(lastOf, one),
  }));
}

const COLUMNS = [
  'contender',
  'CPU ms',
  'Doorman ÷ it',
  'ack ms p50, p99',
  'last ms p50, p99',
  'Doorman ÷ it',
  'posts per delivery',
  'posts per CPU s',
  'refused',
];

/** A room's table as Markdown. */
export function caseTable(one: Case): string {
  const rows = summarize(one).map((summary) => {
    const { ackMs, lastMs } = one.measured.find(({ key }) => key === summary.key) ?? {};
    const isDoorman = summary.key === 'doorman';
    return [
      summary.title,
      withSpread(summary.cpuMs),
      isDoorman ? '' : withSpread(summary.doormanCpu),
      `${digits(ackMs?.p50 ?? Number.NaN)}, ${digits(ackMs?.p99 ?? Number.NaN)}`,
      `${digits(lastMs?.p50 ?? Number.NaN)}, ${digits(lastMs?.p99 ?? Number.NaN)}`,
      isDoorman ? '' : withSpread(summary.doormanLast),
      digits(summary.postsPerDelivery),
      summary.postsPerCpuSecond.median.toFixed(0),
      summary.refused === 0 ? '0' : `${(100 * summary.refused).toFixed(0)} %`,
    ];
  });
  return `**${caseTitle(one)}**\n\n${toTable(COLUMNS, rows)}`;
}
