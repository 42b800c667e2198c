import { Code } from '../../lib/protocol/codes.ts';
import type { Units } from '../../test/support/units-meter.ts';
import { quantile } from '../compare/statistics.ts';
import { fillRoom } from './filled-room.ts';
import { atMost, type Part, type Progress, short } from './report.ts';
import { type Answered, withSystem } from './system.ts';
import { talkInLoops } from './talk.ts';

const SIZE = 200;
const SENDERS = [1, 10, 50, 100];
const WARM_UP_MS = 1_000;
const MS = 10_000;
const WRITES_RATIO_MAX = 1.1;

interface Measured {
  readonly senders: number;
  readonly answers: readonly Answered[];
  readonly units: Units;
  readonly lost: number;
}

const measure = (senders: number): Promise<Measured> =>
  withSystem({}, async (system) => {
    const callers = await fillRoom(system, { connections: SIZE, senders });
    const before = await talkInLoops(system, callers, WARM_UP_MS);
    await system.jobs.idle();
    system.meter.take();
    const answers = await talkInLoops(system, callers, MS);
    await system.jobs.idle();
    const units = system.meter.take();
    system.check();
    const last = Math.max(...[...before, ...answers].map(({ seq = 0 }) => seq));
    return { senders, answers, units, lost: system.sink.judge(last).lost };
  });

const writesOf = ({ answers, units }: Measured): number =>
  units.writeUnits / answers.filter(({ code }) => code === 0).length;

/** How often each code came. */
function codesOf(answers: readonly Answered[]): string {
  const counts = new Map<number, number>();
  for (const { code } of answers) counts.set(code, (counts.get(code) ?? 0) + 1);
  return [...counts].map(([code, count]) => `${code}: ${count}`).join(', ');
}

function rowOf(measured: Measured): readonly (string | number)[] {
  const { senders, answers, units, lost } = measured;
  const accepted = answers.filter(({ code }) => code === 0).length;
  const times = answers.map(({ ms }) => ms);
  return [
    ...[senders, short(accepted / (MS / 1000)), short(writesOf(measured)), short(units.readUnits / accepted)],
    ...[short(units.listReadUnits / accepted), short(quantile(times, 0.5)), short(quantile(times, 0.99))],
    ...[codesOf(answers), lost],
  ];
}

/** Many who send at once to one room. */
export async function measureSenders(progress: Progress): Promise<Part> {
  const measured: Measured[] = [];
  for (const senders of SENDERS) {
    progress(`senders: ${senders} at once`);
    measured.push(await measure(senders));
  }
  const [one] = measured;
  const allowed: readonly number[] = [Code.OK, Code.SEND_TOO_FAST];
  const strange = measured.flatMap(({ answers }) => answers.filter(({ code }) => !allowed.includes(code)));
  return {
    title: `Senders: each sends again once it has the answer, in a room of ${SIZE}`,
    columns: ['senders', 'messages a second', 'W', 'R', 'list R', 'p50, ms', 'p99, ms', 'codes', 'lost'],
    rows: measured.map(rowOf),
    goals: [
      ...measured
        .slice(1)
        .map((many) =>
          atMost(`W of ${many.senders} senders ÷ W of one`, writesOf(many) / writesOf(one ?? many), WRITES_RATIO_MAX),
        ),
      atMost('answers with other codes', strange.length, 0),
      atMost(
        'lost and not shown by a gap',
        measured.reduce((sum, { lost }) => sum + lost, 0),
        0,
      ),
    ],
  };
}
