import { toTable } from '../document-section.ts';
import { priceNote } from '../prices.ts';
import type { Bill, Workload } from './bill.ts';
import type { Quota } from './quotas.ts';

const digits = (value: number, most: number): string => value.toLocaleString('en', { maximumFractionDigits: most });

/** Of one thing or of several. */
const counted = (count: number, one: string, more = `${one}s`): string =>
  `${digits(count, 2)} ${count === 1 ? one : more}`;

/** Dollars with two digits, or more where there is little of them. */
export const dollars = (usd: number): string => `$${usd >= 0.1 ? usd.toFixed(2) : usd.toPrecision(2)}`;

export const percent = ({ use, limit }: Quota): string => `${digits((use / limit) * 100, use / limit < 0.1 ? 1 : 0)} %`;

/** Milliseconds as people read them. */
export const duration = (ms: number): string => (ms < 1_000 ? `${digits(ms, 0)} ms` : `${digits(ms / 1_000, 1)} s`);

function quotaTable(quotas: readonly Quota[]): string {
  const rows = quotas.map((quota) => {
    const { name, use, limit, unit, raise } = quota;
    return [
      name,
      `${digits(use, use < 10 ? 2 : 0)}`,
      `${digits(limit, limit < 10 ? 2 : 0)} ${unit}`,
      percent(quota),
      raise,
    ];
  });
  return toTable(['quota', 'use', 'limit', 'part', 'to raise'], rows);
}

function verdict([first]: readonly Quota[]): string {
  if (first === undefined) return '';
  const { use, limit, name, raise } = first;
  const how = use > limit ? 'is exceeded' : 'binds first';
  return `${name}: this ${how}, ${percent(first)} are in use. To raise: ${raise}.`;
}

const delay = ({ isBehind, delayMeanMs, delayMaxMs }: Bill): string =>
  isBehind
    ? 'The delivery falls behind: delays grow for as long as the room is so busy.'
    : `A message is posted to the last member ${duration(delayMeanMs)} after its
acceptance (mean), ${duration(delayMaxMs)} at most.`;

/** The whole report of a workload. */
export function describe(workload: Workload, bill: Bill, quotas: readonly Quota[]): string {
  const { members, rate, hours, rooms, senders, drops } = workload;
  const parts = [
    ...bill.parts.map(({ name, count, usd }) => [name, count, dollars(usd)]),
    ['total', '', dollars(bill.usd)],
  ];
  const what = `${counted(rooms, 'room')} of ${counted(members, 'connected member')}; ${digits(rate, 3)} messages a second in each, from ${counted(senders, 'sender')};
${counted(hours, 'hour')}; a member loses the connection ${counted(drops, 'time')} an hour.`;
  return `${what}

${toTable(['part', 'count', 'cost'], parts)}

${digits(bill.deliveries, 0)} deliveries, ${dollars(bill.usdPerMillionDeliveries)} a million (without what connections cost that nobody talks on);
${digits(bill.postsPerDelivery, 3)} posts per delivery. ${delay(bill)}

${quotaTable(quotas)}

${verdict(quotas)}
${priceNote} Durations of Lambdas are assumed: bench/cost/assumptions.ts.`;
}
