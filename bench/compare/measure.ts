import { setTimeout as wait } from 'node:timers/promises';
import { type Contender, type RoomSize, SENDERS, type Site } from './contender.ts';
import { monotonicMs } from './monotonic.ts';
import { type Delivery, RunningContender } from './running-contender.ts';
import { quantile } from './statistics.ts';

/** One message at a time, or 40 a second whatever becomes of the earlier ones. */
export type Mode = 'single' | 'busy';

/** What one contender took in one round, by message. */
export interface Sample {
  readonly cpuMs: number;
  readonly ackMs: number;
  /** To the last member. */
  readonly lastMs: number;
  readonly posts: number;
  readonly deliveries: number;
  /** Deliveries of a message that the connection had already. */
  readonly repeats: number;
  /** Messages that were not accepted. */
  readonly refused: number;
}

/** All rounds of one contender. */
export interface Measured {
  readonly key: string;
  readonly title: string;
  readonly messages: number;
  readonly samples: readonly Sample[];
  readonly ackMs: Tail;
  readonly lastMs: Tail;
}

interface Tail {
  readonly p50: number;
  readonly p99: number;
}

/** All contenders in one room. */
export interface Case extends RoomSize {
  readonly mode: Mode;
  readonly measured: readonly Measured[];
}

export interface MeasureOptions {
  readonly rounds: number;
  readonly modes: readonly Mode[];
  readonly progress: (line: string) => void;
}

/** After each message of a quiet room, for all contenders: longer than Doorman's window, which makes a room a busy one. */
const SILENCE_MS = 300;
const BUSY_EVERY_MS = 25;
const BUSY_MESSAGES = 40;
const LINE = 'A line of chat, as people write it.';

const atLeast = (least: number, most: number, value: number): number =>
  Math.max(least, Math.min(most, Math.round(value)));

/** Few where each takes long. */
function messagesOf({ sharesPosts }: Contender, { online, offline }: RoomSize, mode: Mode): number {
  if (mode === 'single') return offline > 0 ? 4 : atLeast(2, 20, 800 / online);
  return sharesPosts ? BUSY_MESSAGES : atLeast(6, BUSY_MESSAGES, 4000 / online);
}

/** Until the engine has compiled what runs often. */
const warmUpsOf = ({ online, offline }: RoomSize): number => (offline > 0 ? 10 : atLeast(4, 60, 2000 / online));

async function sendOneByOne(contender: RunningContender, count: number): Promise<readonly Delivery[]> {
  const deliveries: Delivery[] = [];
  for (let message = 0; message < count; message += 1) {
    deliveries.push(await contender.send(message % SENDERS, LINE));
    await contender.idle();
    await wait(SILENCE_MS);
  }
  return deliveries;
}

async function sendInTime(contender: RunningContender, count: number): Promise<readonly Delivery[]> {
  const startMs = monotonicMs();
  const deliveries: Promise<Delivery>[] = [];
  for (let message = 0; message < count; message += 1) {
    const delivery = contender.send(message % SENDERS, LINE);
    // Awaited below; a failure before that is no unhandled one.
    delivery.catch(() => {});
    deliveries.push(delivery);
    await wait(Math.max(0, startMs + (message + 1) * BUSY_EVERY_MS - monotonicMs()));
  }
  const all = await Promise.all(deliveries);
  await contender.idle();
  return all;
}

interface Entrant {
  readonly contender: Contender;
  readonly running: RunningContender;
  readonly samples: Sample[];
  readonly deliveries: Accepted[];
}

type Accepted = NonNullable<Delivery>;

async function measureOnce(site: Site, size: RoomSize, mode: Mode, entrant: Entrant): Promise<void> {
  const { contender, running } = entrant;
  const count = messagesOf(contender, size, mode);
  await site.sink.take();
  const beforeMs = await running.cpuMs();
  const sent = await (mode === 'single' ? sendOneByOne : sendInTime)(running, count);
  const cpuMs = ((await running.cpuMs()) - beforeMs) / count;
  const { posts, deliveries, repeats } = await site.sink.take();
  const accepted = sent.filter((delivery) => delivery !== undefined);
  const median = (of: (delivery: Accepted) => number) => quantile(accepted.map(of), 0.5);
  entrant.deliveries.push(...accepted);
  entrant.samples.push({
    cpuMs,
    ackMs: median(({ ackMs }) => ackMs),
    lastMs: median(({ lastMs }) => lastMs),
    posts: posts / count,
    deliveries: deliveries / count,
    repeats,
    refused: count - accepted.length,
  });
}

const tailOf = (values: readonly number[]): Tail => ({ p50: quantile(values, 0.5), p99: quantile(values, 0.99) });

const measuredOf = (size: RoomSize, mode: Mode, { contender, samples, deliveries }: Entrant): Measured => ({
  key: contender.key,
  title: contender.title,
  messages: messagesOf(contender, size, mode),
  samples,
  ackMs: tailOf(deliveries.map(({ ackMs }) => ackMs)),
  lastMs: tailOf(deliveries.map(({ lastMs }) => lastMs)),
});

/** Each contender once a round, and another one first in each. */
async function runMode(
  site: Site,
  size: RoomSize,
  mode: Mode,
  running: ReadonlyMap<Contender, RunningContender>,
  { rounds, progress }: MeasureOptions,
): Promise<Case> {
  const entrants = [...running].map(
    ([contender, process]): Entrant => ({ contender, running: process, samples: [], deliveries: [] }),
  );
  for (let round = 0; round < rounds; round += 1) {
    const first = round % entrants.length;
    for (const entrant of [...entrants.slice(first), ...entrants.slice(0, first)]) {
      await measureOnce(site, size, mode, entrant);
    }
    const cpus = entrants.map(({ contender, samples }) => `${contender.key} ${samples.at(-1)?.cpuMs.toFixed(1)}`);
    progress(`${roomTitle(size)}, ${mode}: round ${round + 1} of ${rounds}, CPU ms a message: ${cpus.join(', ')}`);
  }
  return { ...size, mode, measured: entrants.map((entrant) => measuredOf(size, mode, entrant)) };
}

export const roomTitle = ({ online, offline }: RoomSize): string =>
  `${online.toLocaleString('en')} online${offline > 0 ? `, ${offline.toLocaleString('en')} offline` : ''}`;

/** All contenders in a room of this size, in turns. */
export async function measureRoom(
  site: Site,
  size: RoomSize,
  contenders: readonly Contender[],
  options: MeasureOptions,
): Promise<readonly Case[]> {
  const running = new Map<Contender, RunningContender>();
  try {
    for (const contender of contenders) {
      options.progress(`${roomTitle(size)}: ${contender.title} fills its room and warms up`);
      const process = await RunningContender.setup(site, contender, size);
      running.set(contender, process);
      await sendOneByOne(process, warmUpsOf(size));
    }
    const cases: Case[] = [];
    // A busy room takes what a quiet one has left, and with members offline the figures of the quiet one say it all.
    const modes = size.offline > 0 ? options.modes.filter((mode) => mode === 'single') : options.modes;
    for (const mode of modes) cases.push(await runMode(site, size, mode, running, options));
    return cases;
  } finally {
    await Promise.all([...running.values()].map((process) => process.close()));
  }
}
