import { defaultSettings } from '../../lib/domain/settings.ts';
import { assumptions } from './assumptions.ts';
import type { Bill, Workload } from './bill.ts';
import type { Counted } from './count.ts';
import { capacityPerSec, listUnits, periodMs } from './room-model.ts';

/** Something that ends, and how much of it a workload uses. */
export interface Quota {
  readonly name: string;
  readonly use: number;
  readonly limit: number;
  readonly unit: string;
  /** What to raise or change. */
  readonly raise: string;
}

/** AWS's defaults of the large Regions; an account's own are in Service Quotas. */
const GATEWAY_REQUESTS = 10_000;
const NEW_CONNECTIONS = 500;
const ITEM_WRITE_UNITS = 1_000;
const PARTITION_READ_UNITS = 3_000;
const TABLE_UNITS = 40_000;
const LAMBDA_RUNS = 1_000;
/** `npm run sweep-rate`: with two shards at 512 MB. */
const USERS_OF_SWEEP = 216_169;

/** Beyond this one a room's delivery falls behind for as long as it is so busy. */
export const DELIVERED = 'messages that one Lambda delivers to a room';

/** Quotas of the account and Region. */
function ofAccount({ perSecond }: Bill): readonly Quota[] {
  const { posts, sends, beats, connects, writeUnits, readUnits, deliverRuns, messageRuns } = perSecond;
  const frames = sends + beats + 2 * connects;
  const perSec = 'a second';
  const inServiceQuotas = (service: string, name: string) => `Service Quotas, ${service}: ${name}`;
  return [
    {
      ...{ name: 'requests and posts of API Gateway', use: posts + frames, limit: GATEWAY_REQUESTS, unit: perSec },
      raise: `${inServiceQuotas('Amazon API Gateway', 'Throttle rate')}; then the setting postsPerSecond`,
    },
    {
      ...{
        name: 'frames that the stage takes',
        use: frames,
        limit: defaultSettings.socketRequestsPerSec,
        unit: perSec,
      },
      raise: 'the setting socketRequestsPerSec, within the Throttle rate of the account',
    },
    {
      ...{ name: 'new connections', use: connects, limit: NEW_CONNECTIONS, unit: perSec },
      raise: inServiceQuotas('Amazon API Gateway', 'WebSocket new connections per second'),
    },
    {
      ...{ name: 'write units of the table', use: writeUnits, limit: TABLE_UNITS, unit: perSec },
      raise: inServiceQuotas('Amazon DynamoDB', 'Table-level write throughput limit'),
    },
    {
      ...{ name: 'read units of the table', use: readUnits, limit: TABLE_UNITS, unit: perSec },
      raise: inServiceQuotas('Amazon DynamoDB', 'Table-level read throughput limit'),
    },
    {
      ...{ name: 'Lambdas at once', use: deliverRuns + messageRuns, limit: LAMBDA_RUNS, unit: 'runs' },
      raise: inServiceQuotas('AWS Lambda', 'Concurrent executions'),
    },
  ];
}

/** What one room, one user and the sweep can do. */
function ofRoom({ members, rooms, rate, senders }: Workload, { perSecond }: Bill, { rows }: Counted): readonly Quota[] {
  const shape = { ...assumptions, connections: members, senders, postsPerSecond: defaultSettings.postsPerSecond };
  const period = periodMs(shape);
  const listsPerSec = 1_000 / Math.max(1_000, period);
  return [
    {
      ...{
        name: "writes of one room's row",
        use: perSecond.roomWriteUnits,
        limit: ITEM_WRITE_UNITS,
        unit: 'units a second',
      },
      raise: 'nothing: a row has no more; shorter messages, or several rooms',
    },
    {
      ...{
        name: "reads of one room's list",
        use: listUnits(members, rows.listed) * listsPerSec,
        limit: PARTITION_READ_UNITS,
      },
      ...{ unit: 'units a second', raise: 'nothing: a partition has no more; several rooms' },
    },
    {
      ...{ name: DELIVERED, use: rate, limit: capacityPerSec(shape, rows), unit: 'a second' },
      raise: 'nothing: beyond it the delivery falls behind; fewer messages, or several rooms',
    },
    {
      ...{ name: 'messages of one room', use: rate, limit: defaultSettings.roomMessageQuota * 5, unit: 'a second' },
      raise: 'the setting roomMessageQuota',
    },
    {
      ...{ name: 'messages of one user', use: rate / senders, limit: defaultSettings.sendsPerSecond, unit: 'a second' },
      raise: 'the setting sendsPerSecond, or more senders',
    },
    {
      ...{ name: 'users that the sweep checks in time', use: members * rooms, limit: USERS_OF_SWEEP, unit: 'users' },
      raise: 'the settings sweepShards and sweepMemoryMb',
    },
  ];
}

/** All of them, the one that binds first before the others. */
export const quotasOf = (workload: Workload, bill: Bill, counted: Counted): readonly Quota[] =>
  [...ofAccount(bill), ...ofRoom(workload, bill, counted)].toSorted(
    (one, other) => other.use / other.limit - one.use / one.limit,
  );
