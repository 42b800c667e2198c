import { defaultSettings } from '../lib/domain/settings.ts';
import { divide, type Units } from '../test/support/units-meter.ts';
import { documentSection, toTable } from './document-section.ts';
import { type IdleCounts, IdleSystem } from './idle-system.ts';
import { withTable } from './measured-deps.ts';
import { connectionMinutesUsd, invocationsUsd, messagesUsd, readsUsd, writesUsd } from './prices.ts';

const { messageMemoryMb } = defaultSettings;
const CONNECTIONS = 1000;
const SETTLE_MS = 600_000;
/** Three of the SDK's questions, and 15 heartbeats. */
const SPAN_MS = 1_800_000;
const SPANS_PER_HOUR = 3_600_000 / SPAN_MS;
const RENEWED = 50;
/** The SDK opens a new connection every 110 minutes, give or take five. */
const RENEWALS_PER_HOUR = 60 / 110;
/** To join again and its answer. */
const MESSAGES_PER_RENEWAL = 2;
/** The authorizer, $connect, the join, $disconnect. */
const LAMBDAS_PER_RENEWAL = 4;
/** What a Lambda is taken to be billed for; only AWS can say. The larger Message was measured 3.2 times as fast. */
const FRAME_MS = 10 / 3.2;
const RENEWAL_MS = 25;
const SWEEP_MS = 500;
/** The rooms are in view, and nobody talks: the SDK asks often whether the server is there. */
const isListening = process.argv.includes('--listening');
/** Per 1,000 connected user-hours. */
const GOAL_USD = 0.075;

/** One line of the bill of 1,000 connected user-hours. */
interface Part {
  readonly name: string;
  readonly count: string;
  readonly usd: number;
}

const dollars = (usd: number): string => `$${usd.toFixed(4)}`;
const whole = (count: number): string => Math.round(count).toLocaleString('en');
const tableUsd = ({ writeUnits, readUnits }: Units): number => writesUsd(writeUnits) + readsUsd(readUnits);
const units = ({ writeUnits, readUnits }: Units): string => `${whole(writeUnits)} W, ${whole(readUnits)} R`;

function partsOf(counts: IdleCounts, renewal: Units): readonly Part[] {
  const { beats, asks, frameUnits, sweeps, sweepUnits } = counts;
  const minutes = CONNECTIONS * 60;
  const served = beats + asks;
  const renewals = CONNECTIONS * RENEWALS_PER_HOUR;
  const renewalUnits = divide(renewal, 1 / renewals);
  return [
    { name: 'connection minutes', count: whole(minutes), usd: connectionMinutesUsd(minutes) },
    { name: 'heartbeats, messages in', count: whole(beats), usd: messagesUsd(beats) },
    { name: 'asking a silent server, in and out', count: whole(2 * asks), usd: messagesUsd(2 * asks) },
    { name: 'Lambda runs of these', count: whole(served), usd: invocationsUsd(served, FRAME_MS, messageMemoryMb) },
    { name: 'lease: checked, renewed', count: units(frameUnits), usd: tableUsd(frameUnits) },
    { name: 'sweep: table', count: units(sweepUnits), usd: tableUsd(sweepUnits) },
    { name: 'sweep: Lambda runs', count: whole(sweeps), usd: invocationsUsd(sweeps, SWEEP_MS) },
    {
      name: 'a new connection every 110 min',
      count: whole(renewals),
      usd:
        messagesUsd(renewals * MESSAGES_PER_RENEWAL) +
        invocationsUsd(renewals * LAMBDAS_PER_RENEWAL, RENEWAL_MS) +
        tableUsd(renewalUnits),
    },
  ];
}

const perHour = ({ beats, asks, frameUnits, sweeps, sweepUnits }: IdleCounts): IdleCounts => ({
  beats: beats * SPANS_PER_HOUR,
  asks: asks * SPANS_PER_HOUR,
  frameUnits: divide(frameUnits, 1 / SPANS_PER_HOUR),
  sweeps: sweeps * SPANS_PER_HOUR,
  sweepUnits: divide(sweepUnits, 1 / SPANS_PER_HOUR),
});

const total = (parts: readonly Part[]): number => parts.reduce((sum, { usd }) => sum + usd, 0);

const measure = (): Promise<{ readonly counts: IdleCounts; readonly parts: readonly Part[] }> =>
  withTable(async (endpoint) => {
    const system = new IdleSystem(endpoint);
    const counts = perHour(await system.run(CONNECTIONS, SETTLE_MS, SPAN_MS, isListening));
    const renewal = divide(await system.renew(RENEWED), RENEWED);
    return { counts, parts: partsOf(counts, renewal) };
  });

function describe(parts: readonly Part[], served: number): string {
  const rows = parts.map(({ name, count, usd }) => [name, count, dollars(usd)]);
  const columns = ['per 1,000 connected user-hours', 'count', 'cost'];
  const table = toTable(columns, [...rows, ['total', '', dollars(total(parts))]]);
  return `${table}

Message has ${whole(messageMemoryMb)} MB and is taken to be billed for ${FRAME_MS.toFixed(1)} ms for a frame; the others have 512 MB and ${RENEWAL_MS} ms for each of the four runs of a
new connection, ${SWEEP_MS} ms for a sweep, of which there are two a minute, here for ${whole(CONNECTIONS)} connections; only AWS can
say what it is. Each ms more for a frame would be ${dollars(invocationsUsd(served, 1, messageMemoryMb) - invocationsUsd(served, 0))} more. Nobody talks in the rooms: a client that
receives messages does not ask a silent server. The sweep's work for the old connections of renewals is not included: each
time two write units, and two read units or less.`;
}

async function main(): Promise<void> {
  const { counts, parts } = await measure();
  const text = describe(parts, counts.beats + counts.asks);
  console.log(text);
  const usd = total(parts);
  console.log(`\nThe total is ${dollars(usd)}, the goal ${dollars(GOAL_USD)}: ${usd > GOAL_USD ? 'missed' : 'met'}.`);
  if (!isListening) await documentSection('data-model.md', 'idle', text);
}

await main();
