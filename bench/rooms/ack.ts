import { quantile } from '../compare/statistics.ts';
import { fillRoom } from './filled-room.ts';
import { atMost, type Part, type Progress, short } from './report.ts';
import { withSystem } from './system.ts';
import { acceptedOf, talk } from './talk.ts';

const SIZES = [10, 1_000, 10_000, 100_000];
const SENDERS = 9;
const WARM_UP = 5;
const MESSAGES = 44;
/** In rooms that are delivered by then, each message finds the room quiet. */
const PER_SECOND = 2;
const RATIO_MAX = 1.5;

interface Measured {
  readonly size: number;
  readonly times: readonly number[];
}

const measure = (size: number): Promise<Measured> =>
  withSystem({ areJobsApart: true }, async (system) => {
    const senders = await fillRoom(system, { connections: size, senders: SENDERS });
    await talk(system, senders, PER_SECOND, WARM_UP);
    const answers = acceptedOf(await talk(system, senders, PER_SECOND, MESSAGES));
    system.check();
    return { size, times: answers.map(({ ms }) => ms) };
  });

/** From the frame to the answer, by the size of the room. */
export async function measureAck(progress: Progress, sizeMax: number): Promise<Part> {
  const measured: Measured[] = [];
  for (const size of SIZES.filter((one) => one <= sizeMax)) {
    progress(`ack: ${size} connections`);
    measured.push(await measure(size));
  }
  const of = (times: readonly number[], part: number) => quantile(times, part);
  const [least = [], most = []] = [measured[0]?.times, measured.at(-1)?.times];
  const last = `${measured.at(-1)?.size} connections ÷ 10 connections`;
  return {
    title: 'Ack: from the frame to the answer',
    columns: ['connections', 'messages', 'p50, ms', 'p99, ms', 'p50 ÷ that of 10', 'p99 ÷ that of 10'],
    rows: measured.map(({ size, times }) => [
      ...[size, times.length, short(of(times, 0.5)), short(of(times, 0.99))],
      ...[0.5, 0.99].map((part) => short(of(times, part) / of(least, part))),
    ]),
    goals: [0.5, 0.99].map((part) => atMost(`p${part * 100} of ${last}`, of(most, part) / of(least, part), RATIO_MAX)),
  };
}
