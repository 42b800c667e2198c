import { documentSection, toTable } from '../document-section.ts';
import { priceNote } from '../prices.ts';
import { billOf, type Workload } from './bill.ts';
import type { Counted } from './count.ts';
import { usualSenders } from './options.ts';
import { quotasOf } from './quotas.ts';
import { dollars, duration, percent } from './report.ts';

const FILE = 'scale.md';
const RATES = [1, 10, 40];
const SIZES = [10, 100, 1_000, 10_000];
/** One room of each size, and ten million people in rooms of a size. */
const ONE_ROOM = [
  { members: 100, rooms: 1, rate: 10 },
  { members: 1_000, rooms: 1, rate: 10 },
  { members: 10_000, rooms: 1, rate: 1 },
  { members: 10_000, rooms: 1, rate: 10 },
  { members: 100_000, rooms: 1, rate: 1 },
  { members: 100_000, rooms: 1, rate: 10 },
  { members: 1_000_000, rooms: 1, rate: 0.1 },
];
const MANY_ROOMS = [
  { members: 10, rooms: 1_000_000, rate: 0.1 },
  { members: 100, rooms: 100_000, rate: 0.1 },
  { members: 1_000, rooms: 10_000, rate: 1 },
  { members: 10_000, rooms: 1_000, rate: 1 },
];

const whole = (count: number): string => Math.round(count).toLocaleString('en');

const workloadOf = ({ members, rooms, rate }: Pick<Workload, 'members' | 'rooms' | 'rate'>): Workload => ({
  ...{ members, rooms, rate, hours: 1, drops: 1 },
  senders: usualSenders(members, rate),
});

function deliveriesTable(counted: Counted): string {
  const rows = SIZES.map((members) => [
    whole(members),
    ...RATES.flatMap((rate) => {
      const bill = billOf(workloadOf({ members, rooms: 1, rate }), counted);
      return [dollars(bill.usdPerMillionDeliveries), bill.postsPerDelivery.toFixed(3)];
    }),
  ]);
  const columns = RATES.flatMap((rate) => [`$ at ${rate}/s`, `posts at ${rate}/s`]);
  return `${toTable(['connected', ...columns], rows)}\n\n${priceNote}`;
}

function scaleTable(loads: readonly Pick<Workload, 'members' | 'rooms' | 'rate'>[], counted: Counted): string {
  const rows = loads.map((load) => {
    const workload = workloadOf(load);
    const bill = billOf(workload, counted);
    const over = quotasOf(workload, bill, counted).slice(0, 3);
    const binding = over.filter(({ use, limit }, index) => index === 0 || use > limit);
    return [
      `${whole(load.rooms)} × ${whole(load.members)}, ${load.rate}/s`,
      bill.isBehind ? 'grows' : duration(bill.delayMeanMs),
      whole(bill.perSecond.posts),
      dollars(bill.usd),
      binding.map((quota) => `${quota.name}: ${percent(quota)}`).join('; '),
    ];
  });
  return toTable(['rooms × members, rate of each', 'delay', 'posts a second', 'an hour', 'what binds'], rows);
}

/** Writes the tables of docs/scale.md. */
export async function writeDocuments(counted: Counted): Promise<void> {
  await documentSection(FILE, 'deliveries', deliveriesTable(counted));
  await documentSection(FILE, 'one-room', scaleTable(ONE_ROOM, counted));
  await documentSection(FILE, 'many-rooms', scaleTable(MANY_ROOMS, counted));
}
