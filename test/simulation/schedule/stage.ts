/*
 * Models a deployment with its clients and an app server, ready for acts: for random plans and for named scenarios.
 * Clock: the scheduler's. Chance: the `random` that it gets.
 */

import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { emptyMember } from '../../../lib/domain/member.ts';
import type { Settings } from '../../../lib/domain/settings.ts';
import type { RoomId, UserId } from '../../../lib/protocol/ids.ts';
import { memberKey } from '../../../lib/store/dynamodb/keys.ts';
import { toMemberRow } from '../../../lib/store/dynamodb/member-row.ts';
import type { TableClient } from '../../../lib/store/dynamodb/table-client.ts';
import { createMemoryTableClient } from '../memory-dynamodb/memory-client.ts';
import { MemoryTable } from '../memory-dynamodb/memory-table.ts';
import type { Cast, TimedAct } from './acts.ts';
import { AppServer } from './app-server.ts';
import { Bot } from './bot.ts';
import { Deployment, type Mishaps } from './deployment.ts';
import { History } from './history.ts';
import type { Ruling } from './hook.ts';
import { type Fate, type Fates, type Process, Scheduler, type Step } from './scheduler.ts';
import { toError } from './service-errors.ts';

const TABLE = 'rooms';
const START_MS = 1_800_000_000_000;
/** After the last fault everything is finished within this time: the lease, a sweep, its checks, repeats. */
const SETTLE_MS = 8 * 60_000;
const PLATFORMS = ['mobile', 'web'] as const;

export interface Device {
  readonly userId: string;
  readonly platform: (typeof PLATFORMS)[number];
  /** Another one for each client of a platform. */
  readonly run?: string;
}

/** The devices of these users, each user's one after another. */
export const devicesOf = (users: readonly string[], perUser: number): readonly Device[] =>
  users.flatMap((userId) => PLATFORMS.slice(0, perUser).map((platform) => ({ userId, platform })));

/** The same, all on one platform: each user has clients that take it from one another. */
export const rivalsOf = (users: readonly string[], perUser: number): readonly Device[] =>
  devicesOf(users, perUser).map(({ userId, platform }) => ({ userId, platform: 'mobile', run: platform }));

export interface StageOptions {
  readonly random: () => number;
  readonly settings: Settings;
  readonly devices: readonly Device[];
  readonly rooms: readonly string[];
  readonly fates: Fates;
  readonly mishaps: Mishaps;
  /** How many writes an eventually consistent read is behind; asked each time. */
  readonly staleness: () => number;
  /** How likely a timer overtakes waiting steps, each time that one is chosen. */
  readonly overtaking: () => number;
  readonly onStep: (step: Step, fate: Fate) => void;
  readonly isTraced: boolean;
  /** See Scenario. */
  readonly deliverRunMs?: number | undefined;
  /** See DeploymentOptions. */
  readonly ruling?: (() => Ruling) | undefined;
}

export class Stage {
  readonly scheduler: Scheduler;
  readonly history: History;
  readonly settings: Settings;
  readonly table: MemoryTable;
  readonly deployment: Deployment;
  readonly cast: Cast;
  readonly trace: string[] = [];
  /** What the handlers reported. */
  readonly reported: (readonly [string, unknown])[] = [];

  constructor(options: StageOptions) {
    const { settings, devices, rooms, mishaps, deliverRunMs = 60_000, ruling } = options;
    this.settings = settings;
    const scheduler = this.#createScheduler(options);
    this.scheduler = scheduler;
    const now = () => scheduler.nowMs;
    const history = new History(now, settings);
    this.history = history;
    this.table = this.#createTable(now, options.staleness);
    const clientOf = (process: Process) => createClient(this.table, scheduler, process);
    const onFault = (what: string, fault: unknown) => this.reported.push([what, fault]);
    const deployment = new Deployment({
      ...{ scheduler, settings, mishaps, clientOf, history, onFault, deliverRunMs, ruling },
    });
    this.deployment = deployment;
    const { multipleRooms } = settings;
    const bots = devices.map((device) => new Bot({ ...device, scheduler, deployment, history, multipleRooms }));
    const users = [...new Set(devices.map(({ userId }) => userId))];
    this.cast = { bots, appServer: new AppServer(deployment, history, now), rooms, users };
    deployment.startSweeps();
  }

  get virtualMs(): number {
    return this.scheduler.nowMs - START_MS;
  }

  /** Sockets that API Gateway has open. */
  get openSockets(): ReadonlySet<string> {
    return new Set([...this.deployment.sockets.values()].flatMap(({ id, isOpen }) => (isOpen ? [id] : [])));
  }

  /** One after another, each at its time; one that comes late waits for nothing more. */
  async act(acts: readonly TimedAct[]): Promise<void> {
    const { scheduler, cast } = this;
    let atMs = scheduler.nowMs;
    for (const [index, { afterMs, name, run }] of acts.entries()) {
      atMs += afterMs;
      await scheduler.runTo(atMs);
      atMs = Math.max(atMs, scheduler.nowMs);
      this.trace.push(`${this.virtualMs} >> ${index} ${name}`);
      run(cast);
    }
  }

  /** A row of a user who is no member of the room. */
  putOtherRow(room: string, index: number): void {
    const [roomId, userId] = [room as RoomId, `other${index}` as UserId];
    const row = toMemberRow({ ...emptyMember(roomId, userId, ''), mutedUntilMs: Number.MAX_SAFE_INTEGER });
    this.table.apply(new PutCommand({ TableName: TABLE, Item: { ...memberKey(roomId, userId), ...row } }));
  }

  /** Faults are over: everything that is in progress ends, sweeps run, and TTL takes what has expired. */
  async settle(): Promise<void> {
    const { scheduler, history, table } = this;
    history.note({ kind: 'faultsEnd' });
    await scheduler.runTo(scheduler.nowMs + SETTLE_MS);
    // TTL, which takes days: rows that have expired are of no use by then.
    table.expire(Math.floor(scheduler.nowMs / 1000));
    await scheduler.runTo(scheduler.nowMs + 60_000);
    history.note({ kind: 'settled' });
  }

  #createScheduler({ random, fates, overtaking, onStep, isTraced }: StageOptions): Scheduler {
    return new Scheduler({
      ...{ random, fates, overtaking, startMs: START_MS },
      onStep: (step, fate) => {
        onStep(step, fate);
        // A sign of life whose Lambda failed proves nothing.
        if (step.process.name === 'message' && fate !== 'served' && fate !== 'delayed') {
          this.history.note({ kind: 'fault', what: 'frame' });
        }
        if (!isTraced) return;
        const { process, label } = step;
        const outcome = typeof fate === 'string' ? fate : `${fate.error}${fate.isApplied ? ', applied' : ''}`;
        this.trace.push(`${this.virtualMs} ${process.name}${process.id} ${label} ${outcome}`);
      },
    });
  }

  #createTable(now: () => number, staleness: () => number): MemoryTable {
    return new MemoryTable({
      tableName: TABLE,
      now,
      staleness,
      onRecord: (record) => {
        this.history.wrote(record);
        this.deployment.wrote(record);
      },
      onInvalid: (error) => {
        throw error;
      },
    });
  }
}

const WRITES = new Set(['Put', 'Update', 'Delete']);

function createClient(table: MemoryTable, scheduler: Scheduler, process: Process): TableClient {
  return createMemoryTableClient(table, ({ name, input, apply }) => {
    const { Key, Item = Key } = input as { Key?: Record<string, unknown>; Item?: Record<string, unknown> };
    return scheduler.step({
      process,
      kind: WRITES.has(name) ? 'write' : 'read',
      label: `${name} ${Item === undefined ? '' : `${String(Item.pk)} ${String(Item.sk)}`}`,
      apply,
      failWith: toError,
    });
  });
}
