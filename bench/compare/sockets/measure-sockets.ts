import { toTable } from '../../document-section.ts';
import { quantile, ratios, type Spread, spreadOf } from '../statistics.ts';
import { doormanDialect, socketIoDialect } from './chat-client.ts';
import { ChatRoom } from './chat-room.ts';

const CLIENTS = 200;
const QUIET_MESSAGES = 100;
const QUIET_WARM_UPS = 20;
const FULL_MESSAGES = 20;
const SENDERS = 20;
const OPEN_MAX = 60;
const SPAN_MS = 3000;
const ROUNDS_MAX = 5;

interface Latency {
  readonly p50: number;
  readonly p99: number;
}

/** One server. */
export interface MeasuredServer {
  readonly title: string;
  /** From one client to the other, in a room of two. */
  readonly quietMs: Latency;
  /** From one client to each of the 199 others. */
  readonly fullMs: Latency;
  readonly deliveriesPerSec: readonly number[];
  readonly messagesPerSec: Spread;
}

const latencyOf = (values: readonly number[]): Latency => ({ p50: quantile(values, 0.5), p99: quantile(values, 0.99) });

interface Entrant {
  readonly room: ChatRoom;
  readonly quietMs: Latency;
  fullMs: Latency;
  readonly deliveriesPerSec: number[];
  readonly messagesPerSec: number[];
}

async function enter(room: ChatRoom, progress: (line: string) => void): Promise<Entrant> {
  await room.fill(2, 'quiet');
  await room.latencies(QUIET_WARM_UPS, 'quiet');
  const quietMs = latencyOf(await room.latencies(QUIET_MESSAGES, 'quiet'));
  progress(`${room.dialect.title}: quiet p50 ${quietMs.p50.toFixed(1)} ms; ${CLIENTS} clients enter`);
  await room.fill(CLIENTS, 'full');
  await room.latencies(2, 'full');
  const fullMs = latencyOf(await room.latencies(FULL_MESSAGES, 'full'));
  return { room, quietMs, fullMs, deliveriesPerSec: [], messagesPerSec: [] };
}

/** The local stack beside a Socket.IO server, with the same clients, in turns. */
export async function measureSockets(options: {
  readonly rounds: number;
  readonly progress: (line: string) => void;
  /** Gets each server when it has started, to close it at the end. */
  readonly onStart: (close: () => Promise<void>) => void;
}): Promise<readonly MeasuredServer[]> {
  const { progress } = options;
  const entrants: Entrant[] = [];
  for (const dialect of [doormanDialect, socketIoDialect]) {
    progress(`${dialect.title}: starts`);
    const room = await ChatRoom.start(dialect, CLIENTS);
    options.onStart(() => room.close());
    entrants.push(await enter(room, progress));
  }
  const rounds = Math.min(options.rounds, ROUNDS_MAX);
  for (let round = 0; round < rounds; round += 1) {
    for (const { room, deliveriesPerSec, messagesPerSec } of entrants) {
      const { messages, deliveries, tookMs } = await room.throughput(SENDERS, OPEN_MAX, SPAN_MS, 'full');
      deliveriesPerSec.push((1000 * deliveries) / tookMs);
      messagesPerSec.push((1000 * messages) / tookMs);
      progress(`${room.dialect.title}: ${deliveriesPerSec.at(-1)?.toFixed(0)} deliveries a second`);
    }
  }
  return entrants.map(({ room, quietMs, fullMs, deliveriesPerSec, messagesPerSec }) => ({
    title: room.dialect.title,
    ...{ quietMs, fullMs, deliveriesPerSec, messagesPerSec: spreadOf(messagesPerSec) },
  }));
}

const text = ({ p50, p99 }: Latency): string => `${p50.toFixed(1)}, ${p99.toFixed(1)}`;

/** A table as Markdown. */
export function socketsTable(servers: readonly MeasuredServer[]): string {
  const doorman = servers[0]?.deliveriesPerSec ?? [];
  const rows = servers.map(({ title, quietMs, fullMs, deliveriesPerSec, messagesPerSec }, index) => {
    const { median, low, high } = spreadOf(deliveriesPerSec);
    const ratio = index === 0 ? '' : ratios(doorman, deliveriesPerSec).median.toPrecision(2);
    const rate = `${median.toFixed(0)} (${low.toFixed(0)}–${high.toFixed(0)})`;
    return [title, text(quietMs), text(fullMs), messagesPerSec.median.toFixed(0), rate, ratio];
  });
  const columns = [
    'server',
    'room of 2, ms p50, p99',
    `room of ${CLIENTS}, ms p50, p99`,
    'messages a second',
    'deliveries a second',
    'Doorman ÷ it',
  ];
  return toTable(columns, rows);
}
