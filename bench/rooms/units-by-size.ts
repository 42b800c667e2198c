import type { Units } from '../../test/support/units-meter.ts';
import { quantile } from '../compare/statistics.ts';
import { type Filling, fillRoom } from './filled-room.ts';
import { atMost, type Part, type Progress, short } from './report.ts';
import { type System, withSystem } from './system.ts';
import { acceptedOf, talk } from './talk.ts';

const SIZES = [10, 1_000, 10_000];
/** Each is measured without offline members and with them. */
const BESIDE_OFFLINE = [100, 1_000];
const OFFLINE = 10_000;
const SENDERS = 10;
const PER_SECOND = 10;
const WARM_UP_SECONDS = 3;
const SECONDS = 20;
const ROUNDS = 3;
const ROUND_SECONDS = 8;
const WRITES_MAX = 3;
const UNITS_RATIO_MAX = 1.01;
const CPU_RATIO_MAX = 1.1;
const DAY_MS = 86_400_000;
/** So that nobody who is offline is evicted. */
const settings = { offlineGraceMs: DAY_MS, offlineMessageLimit: 1_000_000 };

interface Measured {
  /** Of each message, but for the list. */
  readonly writes: number;
  readonly reads: number;
  readonly listReads: number;
  readonly cpuMs: number;
  readonly seconds: number;
  readonly messages: number;
}

interface Row extends Measured {
  readonly title: string;
  readonly connections: number;
}

type Talker = (seconds: number) => Promise<Measured>;

/** Talks, and says what it took until all was delivered. */
const talkerOf = (system: System, senders: Parameters<typeof talk>[1]): Talker => {
  return async (seconds) => {
    system.meter.take();
    const before = process.cpuUsage();
    const messages = seconds * PER_SECOND;
    acceptedOf(await talk(system, senders, PER_SECOND, messages));
    await system.jobs.idle();
    const { user, system: kernel } = process.cpuUsage(before);
    system.check();
    return {
      ...perMessage(system.meter.take(), messages),
      cpuMs: (user + kernel) / 1000 / messages,
      seconds,
      messages,
    };
  };
};

const perMessage = ({ writeUnits, readUnits, listReadUnits }: Units, messages: number) => ({
  writes: writeUnits / messages,
  reads: readUnits / messages,
  listReads: listReadUnits / messages,
});

const inRoom = <T>(filling: Omit<Filling, 'senders'>, work: (talker: Talker) => Promise<T>): Promise<T> =>
  withSystem({ settings }, async (system) => {
    const talker = talkerOf(system, await fillRoom(system, { ...filling, senders: SENDERS }));
    await talker(WARM_UP_SECONDS);
    return work(talker);
  });

const medianOf = (all: readonly Measured[]): Measured => {
  const of = (name: keyof Measured) =>
    quantile(
      all.map((one) => one[name]),
      0.5,
    );
  return {
    ...{ writes: of('writes'), reads: of('reads'), listReads: of('listReads') },
    ...{ cpuMs: of('cpuMs'), seconds: of('seconds'), messages: of('messages') },
  };
};

/** In turns, so that a busy moment of the machine falls on both. */
const besideOffline = (connections: number): Promise<readonly [without: Row, beside: Row]> =>
  inRoom({ connections }, (without) =>
    inRoom({ connections, offline: OFFLINE }, async (beside) => {
      const found: [Measured[], Measured[]] = [[], []];
      for (let round = 0; round < ROUNDS; round += 1) {
        found[0].push(await without(ROUND_SECONDS));
        found[1].push(await beside(ROUND_SECONDS));
      }
      const title = `${connections}`;
      return [
        { title, connections, ...medianOf(found[0]) },
        { title: `${title} and ${OFFLINE} offline`, connections, ...medianOf(found[1]) },
      ];
    }),
  );

const unitsOf = ({ writes, reads, listReads }: Measured): number => writes + reads + listReads;

/** What a message costs in a busy room, with its delivery. */
export async function measureUnits(progress: Progress, sizeMax: number): Promise<Part> {
  const rows: Row[] = [];
  for (const connections of SIZES.filter((one) => one <= sizeMax)) {
    progress(`units: ${connections} connections`);
    rows.push({
      title: `${connections}`,
      connections,
      ...(await inRoom({ connections }, (talker) => talker(SECONDS))),
    });
  }
  const goals = rows.map((row) => atMost(`W per message, ${row.title} connections`, row.writes, WRITES_MAX));
  for (const connections of BESIDE_OFFLINE) {
    progress(`units: ${connections} connections without and with ${OFFLINE} offline`);
    const [without, beside] = await besideOffline(connections);
    rows.push(without, beside);
    goals.push(
      atMost(
        `units with ${OFFLINE} offline ÷ without, ${connections}`,
        unitsOf(beside) / unitsOf(without),
        UNITS_RATIO_MAX,
      ),
      atMost(`CPU with ${OFFLINE} offline ÷ without, ${connections}`, beside.cpuMs / without.cpuMs, CPU_RATIO_MAX),
    );
  }
  return {
    title: `Units: of a message, at ${PER_SECOND} a second`,
    columns: ['connections', 'W', 'R', 'list R', 'list R a second', 'CPU, ms'],
    rows: rows.map((row) => [
      ...[row.title, short(row.writes), short(row.reads), short(row.listReads)],
      ...[short(row.listReads * PER_SECOND), short(row.cpuMs)],
    ]),
    goals,
  };
}
