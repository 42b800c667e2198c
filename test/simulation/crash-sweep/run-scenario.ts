/*
 * Models one run of a scenario in which at most a few chosen calls fail, or their Lambda dies at them.
 * Clock: the scheduler's. Chance: a seed, the same for all runs of a scenario, so a call has the same number in all of them.
 */

import { createChance } from '../chance.ts';
import { after, asksWhetherIn, publishes, readsMembers, repeats, type TimedAct } from '../schedule/acts.ts';
import type { Mishaps } from '../schedule/deployment.ts';
import { simulatedSettings } from '../schedule/play.ts';
import type { Run } from '../schedule/run.ts';
import type { Fate, Step } from '../schedule/scheduler.ts';
import type { StepKind } from '../schedule/service-errors.ts';
import { devicesOf, rivalsOf, Stage } from '../schedule/stage.ts';
import type { Scenario } from './scenario.ts';

/** A call that can fail: the n-th of its scenario, from 0 on. */
export interface Point {
  readonly kind: StepKind;
  readonly label: string;
}

/** What becomes of a call. `stale`: where it is an eventually consistent read, it is this many writes behind. */
export type PointFate = Fate | { readonly stale: number };

export interface ScenarioRun extends Run {
  readonly points: readonly Point[];
  readonly trace: readonly string[];
}

/** Everything that the acts before cause is over after this time. */
const REST_MS = 5_000;

/** A lease of 10 s lapses, its record waits in the stream for 5 s, and a post is repeated after 6 s. */
const DELIVERED_MS = 22_000;

export async function runScenario(
  scenario: Scenario,
  seed: number,
  fateOf: ReadonlyMap<number, PointFate>,
  isTraced = false,
): Promise<ScenarioRun> {
  const points: Point[] = [];
  let isOpen: boolean = false;
  let stale = 0;
  const fates = ({ kind, label }: Step): Fate => {
    stale = 0;
    if (!isOpen) return 'served';
    const fate = fateOf.get(points.length) ?? 'served';
    points.push({ kind, label });
    if (typeof fate === 'string' || !('stale' in fate)) return fate;
    stale = fate.stale;
    return 'served';
  };
  const { users, devicesPerUser, rooms, before, acts, forMs, ruling } = scenario;
  const stage = new Stage({
    random: createChance(seed),
    settings: { ...simulatedSettings, offlineMessageLimit: 3, ...scenario.settings },
    devices: (scenario.settings.refuseSecondLogin === true ? rivalsOf : devicesOf)(users, devicesPerUser),
    ...{
      rooms,
      fates,
      isTraced,
      mishaps: mishapsOf(scenario),
      staleness: () => stale,
      overtaking: () => 0,
      deliverRunMs: scenario.deliverRunMs,
      ruling: ruling && (() => ruling),
    },
    onStep: () => {},
  });
  for (const room of rooms) for (let row = 0; row < scenario.otherRows; row += 1) stage.putOtherRow(room, row);
  await stage.act(before);
  await stage.scheduler.runTo(stage.scheduler.nowMs + REST_MS);
  isOpen = true;
  await stage.act(acts);
  await stage.scheduler.runTo(stage.scheduler.nowMs + forMs);
  isOpen = false;
  await stage.act(aftermath(stage.cast.bots.length, scenario));
  await stage.settle();
  const { history, settings, openSockets, trace } = stage;
  // Where two things fail at once, a message may wait for the next one.
  const deliveredWithinMs = fateOf.size <= 1 ? DELIVERED_MS : undefined;
  const isHooked = ruling !== undefined;
  return { history, settings, openSockets, isHooked, trace, points, deliveredWithinMs };
}

const mishapsOf = ({ disconnects }: Scenario): Mishaps => ({
  disconnects: () => disconnects,
  repeatsBatch: () => false,
  invocations: () => [20],
  sweepRuns: () => 1,
  skewMs: () => 0,
});

/** The world goes on: who got no answer asks again, and messages come. */
function aftermath(bots: number, { rooms, users }: Scenario): readonly TimedAct[] {
  const each = <T>(values: readonly T[], make: (value: T) => TimedAct): readonly TimedAct[] => values.map(make);
  const read = rooms.flatMap((room) => users.map((user) => after(0, asksWhetherIn(room, user))));
  return [
    after(11_000, readsMembers(rooms[0] ?? '')),
    ...Array.from({ length: bots }, (_, index) => after(0, repeats(index))),
    ...each(rooms, (room) => after(500, publishes(room))),
    ...read,
    after(31_000, readsMembers(rooms[0] ?? '')),
    ...each(rooms, (room) => after(0, publishes(room))),
    ...read.map((one) => ({ ...one, afterMs: 400 })),
  ];
}
