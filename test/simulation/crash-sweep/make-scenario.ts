/* How scenarios are made, and what several of them begin with. Clock and chance: none. */

import { type Act, after, connects, disconnectsForGood, joins, type TimedAct } from '../schedule/acts.ts';
import type { Scenario } from './scenario.ts';

const SHAPE = {
  settings: {},
  users: ['ann'],
  devicesPerUser: 1,
  rooms: ['r1'],
  forMs: 2_000,
  disconnects: [0],
  otherRows: 0,
  deliverRunMs: 60_000,
  ruling: undefined,
} as const satisfies Partial<Scenario>;

export const atOnce = (...acts: readonly Act[]): readonly TimedAct[] => acts.map((act) => after(0, act));
export const inOrder = (...acts: readonly Act[]): readonly TimedAct[] => acts.map((act) => after(200, act));

export const scenario = (
  name: string,
  before: readonly TimedAct[],
  acts: readonly TimedAct[],
  shape: Partial<Scenario> = {},
): Scenario => ({ ...SHAPE, ...shape, name, before, acts });

export const TWO_USERS = { users: ['ann', 'bob'] } as const;
export const TWO_DEVICES = { devicesPerUser: 2 } as const;
export const inRoom = (...bots: readonly number[]) =>
  inOrder(...bots.flatMap((bot) => [connects(bot), joins(bot, 'r1')]));
export const AWAY = [...inRoom(0), after(200, disconnectsForGood(0))];
export const BOB_IN_ANN_AWAY = [...inRoom(1, 0), after(200, disconnectsForGood(0))];
