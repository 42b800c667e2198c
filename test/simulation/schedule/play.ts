/*
 * Models one run: a deployment, its clients and an app server, under one seed. The same seed gives the same history.
 * Clock: the scheduler's. Chance: the seed.
 */

import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { defaultSettings, type Settings } from '../../../lib/domain/settings.ts';
import { createChance } from '../chance.ts';
import { createMemoryClient } from '../memory-dynamodb/memory-client.ts';
import { MemoryTable } from '../memory-dynamodb/memory-table.ts';
import { AppServer } from './app-server.ts';
import { Bot } from './bot.ts';
import { Deployment } from './deployment.ts';
import { type FaultKind, Faults, mixOf } from './fault-kinds.ts';
import { History } from './history.ts';
import { type Act, createPlan } from './plan.ts';
import { type FailedFate, type Process, Scheduler } from './scheduler.ts';

const START_MS = 1_800_000_000_000;
/** After the last fault everything is finished within this time: the lease, a sweep, its checks, repeats. */
const SETTLE_MS = 8 * 60_000;
const USERS = ['ann', 'bob', 'cid'] as const;

export interface Played {
  readonly history: History;
  readonly settings: Settings;
  readonly acts: readonly Act[];
  readonly faults: ReadonlyMap<FaultKind, number>;
  readonly steps: number;
  readonly virtualMs: number;
  /** What the handlers reported. */
  readonly reported: readonly (readonly [string, unknown])[];
  readonly table: MemoryTable;
  readonly trace: readonly string[];
  /** Sockets that API Gateway has open at the end. */
  readonly openSockets: ReadonlySet<string>;
}

export interface PlayOptions {
  readonly seed: number;
  /** Which acts of the plan are left out: for shrinking. */
  readonly without?: ReadonlySet<number>;
  readonly isTraced?: boolean;
}

/** Settings of a run: small limits bring what needs two things at once nearer. */
function settingsOf(pick: <T>(values: readonly T[]) => T): Settings {
  return {
    ...defaultSettings,
    ...{ joinsPerMinute: 0, newRoomsPerMinute: 0, leavesPerMinute: 0, historyReadsPerMinute: 0, repairsPerMinute: 0 },
    ...{ attributeChangesPerMinute: 0, recallsPerMinute: 0, pingsPerMinute: 0, connectsPerMinute: 0 },
    ...{ serverApiCallsPerSec: 0, sendsPerSecond: 100, roomMessageQuota: 0 },
    offlineMessageLimit: pick([3, 3, 5, 31]),
    realTimeKickOut: pick([false, false, true]),
    leaveEndsAllDevices: pick([false, false, true]),
    multipleRooms: pick([false, true]),
    membersOnlySend: pick([true, true, false]),
    notifyMemberChanges: pick([false, true]),
    multiLoginSync: pick([false, true]),
    oneDevicePerPlatform: pick([false, true]),
  };
}

export async function play({ seed, without = new Set(), isTraced = false }: PlayOptions): Promise<Played> {
  // Two sources: the plan stays the same when acts are left out of it.
  const [planned, random] = [createChance(seed * 2 + 1), createChance(seed * 2 + 2)];
  for (let warm = 0; warm < 8; warm += 1) [planned(), random()];
  const pickFrom =
    (source: () => number) =>
    <T>(values: readonly T[]) =>
      values[Math.floor(source() * values.length)] as T;
  const settings = settingsOf(pickFrom(planned));
  const rates = mixOf({ random: planned, happens: (p) => planned() < p, pick: pickFrom(planned) });
  const overtaking = pickFrom(planned)([0, 0.01, 0.1]);
  const trace: string[] = [];
  const reported: (readonly [string, unknown])[] = [];
  const faults = new Faults(rates, () => scheduler);
  const scheduler: Scheduler = new Scheduler({
    random,
    startMs: START_MS,
    fates: faults.fates,
    overtaking: () => (faults.areOver ? 0 : overtaking),
    onStep: ({ process, label }, fate) => {
      if (isTraced) trace.push(`${scheduler.nowMs - START_MS} ${process.name}${process.id} ${label} ${fate}`);
    },
  });
  const history = new History(() => scheduler.nowMs, settings);
  const table = new MemoryTable({
    tableName: 'rooms',
    now: () => scheduler.nowMs,
    staleness: faults.staleness,
    onRecord: (record) => {
      history.wrote(record);
      deployment.wrote(record);
    },
    onInvalid: (error) => {
      throw error;
    },
  });
  const deployment: Deployment = new Deployment({
    scheduler,
    settings,
    mishaps: faults,
    clientOf: (process) => clientOf(table, scheduler, process),
    history,
    onFault: (what, fault) => reported.push([what, fault]),
  });
  const botsPerUser = pickFrom(planned)([1, 2, 2]);
  const users = USERS.slice(0, pickFrom(planned)([1, 1, 2, 3]));
  const rooms = ['r1', 'r2'].slice(0, pickFrom(planned)([1, 1, 2]));
  const bots = users.flatMap((userId) =>
    ['mobile', 'web'].slice(0, botsPerUser).map((platform) => {
      const { multipleRooms } = settings;
      return new Bot({ userId, platform, scheduler, deployment, history, multipleRooms });
    }),
  );
  const acts = createPlan({
    random: planned,
    acts: pickFrom(planned)([6, 12, 25, 40]),
    bots: bots.length,
    users,
    rooms,
    messageLimit: settings.offlineMessageLimit,
  });
  const cast = { bots, appServer: new AppServer(deployment, history, () => scheduler.nowMs), rooms, users };
  deployment.startSweeps();
  let atMs = START_MS;
  for (const [index, act] of acts.entries()) {
    atMs += act.afterMs;
    await scheduler.runTo(atMs);
    // A run ahead of its plan goes on from where it is.
    atMs = Math.max(atMs, scheduler.nowMs);
    if (isTraced) trace.push(`${scheduler.nowMs - START_MS} >> ${index} ${act.name}`);
    if (!without.has(index)) act.run(cast);
  }
  await scheduler.runTo(scheduler.nowMs + 1_000);
  faults.areOver = true;
  history.note({ kind: 'faultsEnd' });
  await scheduler.runTo(scheduler.nowMs + SETTLE_MS);
  // TTL, which takes days: rows that have expired are of no use by then.
  table.expire(Math.floor(scheduler.nowMs / 1000));
  await scheduler.runTo(scheduler.nowMs + 60_000);
  history.note({ kind: 'settled' });
  return {
    ...{ history, settings, acts, reported, table, trace },
    openSockets: new Set([...deployment.sockets.values()].flatMap(({ id, isOpen }) => (isOpen ? [id] : []))),
    faults: faults.counts,
    steps: scheduler.steps,
    virtualMs: scheduler.nowMs - START_MS,
  };
}

const WRITES = new Set(['Put', 'Update', 'Delete']);

function clientOf(table: MemoryTable, scheduler: Scheduler, process: Process): DynamoDBDocumentClient {
  return createMemoryClient(table, ({ name, input, apply }) => {
    const { Key, Item = Key } = input as { Key?: Record<string, unknown>; Item?: Record<string, unknown> };
    return scheduler.step({
      process,
      kind: WRITES.has(name) ? 'write' : 'read',
      label: `${name} ${Item === undefined ? '' : `${String(Item.pk)} ${String(Item.sk)}`}`,
      apply,
      failWith: errorOf,
    });
  });
}

function errorOf(fate: FailedFate): Error {
  const isThrottled = fate === 'throttled';
  const error = new Error(fate);
  error.name = isThrottled ? 'ProvisionedThroughputExceededException' : 'InternalServerError';
  return Object.assign(error, { $metadata: { httpStatusCode: isThrottled ? 400 : 500 } });
}
