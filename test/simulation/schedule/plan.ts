/*
 * Models what people and an app server do in one run: a plan of acts at random times. Clock: none; each act has its time.
 * Chance: the `random` that it gets, all of it before the run begins, so that a plan can be shrunk.
 */

import type { Act, TimedAct } from './acts.ts';
import * as act from './acts.ts';

/** Times around which the rules turn. */
const PAUSES_MS = [0, 0, 0, 0, 0, 1, 5, 40, 300, 1_500, 9_000, 29_999, 30_000, 30_001, 61_000, 170_000, 300_000];
/** Most acts overlap. */
const TIGHT_MS = [0, 0, 0, 0, 0, 1, 3, 8, 20, 60, 200, 1_500, 30_001];
const FACTORS = [0, 0, 1, 1, 4];
/** Intervals of slow mode, about as long as the pauses. */
const SLOW_SEC = [0, 1, 1, 2, 5, 40, 3_600];

export interface PlanOptions {
  readonly random: () => number;
  readonly acts: number;
  readonly bots: number;
  readonly users: readonly string[];
  readonly rooms: readonly string[];
  /** The limit of KICK-31ST in this run: bursts have about as many messages. */
  readonly messageLimit: number;
  /** Whether the run also has reads of the room and signals. */
  readonly hasRoomCalls: boolean;
  /** Whether rooms are in slow mode at times. */
  readonly hasSlowMode: boolean;
}

export function createPlan(options: PlanOptions): readonly TimedAct[] {
  const { random, rooms, users, messageLimit } = options;
  const between = (from: number, to: number) => from + Math.floor(random() * (to - from + 1));
  const pick = <T>(values: readonly T[]): T => values[between(0, values.length - 1)] as T;
  const bot = () => between(0, options.bots - 1);
  const room = () => pick(rooms);
  const makers: readonly Maker[] = [
    ...makersOf(
      bot,
      room,
      () => pick(users),
      () => Math.max(1, messageLimit - between(0, 2)),
    ),
    ...(options.hasRoomCalls ? roomCalls(bot, room) : []),
  ];
  // Each run has its own mix: what only some acts together can break is rare where all acts are equally likely.
  const mixed = makers.flatMap(([weight, make]) => Array.from({ length: weight * pick(FACTORS) }, () => make));
  const bag = options.hasSlowMode ? [...mixed, ...slowMode(bot, room, () => pick(SLOW_SEC))] : mixed;
  const pauses = pick([TIGHT_MS, TIGHT_MS, PAUSES_MS]);
  const start = Array.from({ length: options.bots }, (_, index): TimedAct[] => [
    act.after(0, act.connects(index)),
    act.after(pick([0, 100]), act.joins(index, pick(rooms))),
  ]);
  const rest = Array.from({ length: options.acts }, (): TimedAct => act.after(pick(pauses), pick(bag)()));
  const slowed = options.hasSlowMode ? rooms.map((one) => act.after(500, act.slows(one, pick(SLOW_SEC)))) : [];
  return [...start.flat(), ...slowed, ...rest];
}

type Maker = readonly [weight: number, make: () => Act];

const roomCalls = (bot: () => number, room: () => string): readonly Maker[] => [
  [5, () => act.asksInfo(bot(), room())],
  [5, () => act.signals(bot(), room())],
];

/** Whatever the mix of the run: many sends, so that some come within an interval, by members. */
const slowMode = (bot: () => number, room: () => string, seconds: () => number): readonly (() => Act)[] =>
  [
    [3, () => act.slows(room(), seconds())] as const,
    [8, () => act.joins(bot(), room())] as const,
    [60, () => act.sends(bot(), room())] as const,
  ].flatMap(([weight, make]: Maker) => Array.from({ length: weight }, () => make));

const makersOf = (bot: () => number, room: () => string, user: () => string, burst: () => number): readonly Maker[] => [
  [10, () => act.connects(bot())],
  [10, () => act.joins(bot(), room())],
  [5, () => act.leaves(bot(), room())],
  [10, () => act.sends(bot(), room())],
  [5, () => act.repeats(bot())],
  [6, () => act.disconnects(bot())],
  [4, () => act.losesNetwork(bot())],
  [2, () => act.disconnectsForGood(bot())],
  [2, () => act.pings(bot())],
  [2, () => act.beats(bot())],
  [5, () => act.publishes(room())],
  [4, () => act.publishes(room(), burst())],
  [3, () => act.blocks(room(), user())],
  [2, () => act.unblocks(room(), user())],
  [2, () => act.allows(room(), user())],
  [2, () => act.disallows(room(), user())],
  [2, () => act.destroys(room())],
  [1, () => act.creates(room())],
  [1, () => act.mutes(room(), true)],
  [1, () => act.mutes(room(), false)],
  [1, () => act.switchesRealTime(room(), true)],
  [1, () => act.switchesRealTime(room(), false)],
  [6, () => act.asksWhetherIn(room(), user())],
  [4, () => act.readsMembers(room())],
];
