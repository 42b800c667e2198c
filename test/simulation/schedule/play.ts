/*
 * Models one random run under one seed. The same seed gives the same history.
 * Clock: the scheduler's. Chance: the seed.
 */

import { defaultSettings, type Settings } from '../../../lib/domain/settings.ts';
import { unlimited } from '../../support/unlimited.ts';
import { createChance } from '../chance.ts';
import type { TimedAct } from './acts.ts';
import { type FaultKind, Faults, mixOf } from './fault-kinds.ts';
import type { History } from './history.ts';
import type { Ruling } from './hook.ts';
import { createPlan } from './plan.ts';
import type { Scheduler } from './scheduler.ts';
import { devicesOf, rivalsOf, Stage } from './stage.ts';

const USERS = ['ann', 'bob', 'cid'] as const;

export interface Played {
  readonly history: History;
  readonly settings: Settings;
  readonly acts: readonly TimedAct[];
  readonly faults: ReadonlyMap<FaultKind, number>;
  readonly steps: number;
  readonly virtualMs: number;
  readonly trace: readonly string[];
  /** Sockets that API Gateway has open at the end. */
  readonly openSockets: ReadonlySet<string>;
  readonly isHooked: boolean;
}

export interface PlayOptions {
  readonly seed: number;
  /** Which acts of the plan are left out: for shrinking. */
  readonly without?: ReadonlySet<number>;
  readonly isTraced?: boolean;
}

export const simulatedSettings: Settings = { ...defaultSettings, ...unlimited, sendsPerSecond: 100 };

type Pick = <T>(values: readonly T[]) => T;

/** Settings of a run: small limits bring what needs two things at once nearer. */
function settingsOf(pick: Pick): Settings {
  return {
    ...simulatedSettings,
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

/** A user's clients are of one platform, and the first one stays. */
const RIVALS = { oneDevicePerPlatform: true, refuseSecondLogin: true } as const;

const randomRuling = (scheduler: Scheduler): Ruling => ({
  pauseMs: scheduler.pick([5, 60, 400, 2_000, 5_000]),
  verdict: scheduler.pick(['accepted', 'accepted', 'accepted', 'accepted', 'refused', 'failed']),
});

/** Runs the seed's plan to its end. */
export async function play({ seed, without = new Set(), isTraced = false }: PlayOptions): Promise<Played> {
  // Two sources: the plan stays the same when acts are left out of it.
  const [planned, random] = [createChance(seed * 2 + 1), createChance(seed * 2 + 2)];
  for (let warm = 0; warm < 8; warm += 1) [planned(), random()];
  const pick: Pick = (values) => values[Math.floor(planned() * values.length)] as (typeof values)[number];
  const chosen = settingsOf(pick);
  const rates = mixOf({ random: planned, happens: (p) => planned() < p, pick });
  const overtaking = pick([0, 0.01, 0.1]);
  const perUser = pick([1, 2, 2]);
  const users = USERS.slice(0, pick([1, 1, 2, 3]));
  // Not in all runs: a seed that found a defect must stay the story that it was.
  const hasRivals = seed % 8 === 7;
  const devices = hasRivals ? rivalsOf(users, perUser) : devicesOf(users, perUser);
  const rooms = ['r1', 'r2'].slice(0, pick([1, 1, 2]));
  const acts = createPlan({
    random: planned,
    acts: pick([6, 12, 25, 40]),
    ...{ bots: devices.length, users, rooms, messageLimit: chosen.offlineMessageLimit },
    hasRoomCalls: seed % 3 === 0,
    hasSlowMode: seed % 5 === 4,
  });
  // As above: the runs of these seeds are others with a hook.
  const isHooked = seed % 7 === 3;
  const sweepShards = pick([2, 2, 5, 6]);
  // As above.
  const presenceDelayMs = seed % 11 === 6 ? pick([1_000, 10_000, 60_000]) : 0;
  const settings: Settings = {
    ...{ ...chosen, sweepShards, acceptIfHookFails: seed % 2 === 0, memberProfiles: seed % 6 === 1, presenceDelayMs },
    ...(hasRivals ? RIVALS : {}),
  };
  const faults: Faults = new Faults(rates, () => stage.scheduler);
  const stage: Stage = new Stage({
    ...{ random, settings, devices, rooms, isTraced, mishaps: faults },
    ...{ fates: faults.fates, staleness: faults.staleness, onStep: () => {} },
    overtaking: () => (faults.areOver ? 0 : overtaking),
    ruling: isHooked ? () => randomRuling(stage.scheduler) : undefined,
  });
  await stage.act(acts.map((act, index) => (without.has(index) ? { ...act, run: () => {} } : act)));
  await stage.scheduler.runTo(stage.scheduler.nowMs + 1_000);
  faults.areOver = true;
  await stage.settle();
  const { history, trace, openSockets, virtualMs, scheduler } = stage;
  const { counts } = faults;
  return { history, settings, acts, trace, openSockets, isHooked, virtualMs, faults: counts, steps: scheduler.steps };
}
