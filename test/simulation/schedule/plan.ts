/*
 * Models what people and an app server do in one run: a plan of acts at random times. Clock: none; each act has its time.
 * Chance: the `random` that it gets, all of it before the run begins, so that a plan can be shrunk.
 */

import type { AppServer } from './app-server.ts';
import type { Bot } from './bot.ts';

/** What acts act on. */
export interface Cast {
  readonly bots: readonly Bot[];
  readonly appServer: AppServer;
  readonly rooms: readonly string[];
  readonly users: readonly string[];
}

export interface Act {
  readonly afterMs: number;
  readonly name: string;
  readonly run: (cast: Cast) => void;
}

/** Times around which the rules turn. */
const PAUSES_MS = [0, 0, 0, 0, 0, 1, 5, 40, 300, 1_500, 9_000, 29_999, 30_000, 30_001, 61_000, 170_000, 300_000];

/** Most acts overlap. */
const TIGHT_MS = [0, 0, 0, 0, 0, 1, 3, 8, 20, 60, 200, 1_500, 30_001];
const FACTORS = [0, 0, 1, 1, 4];

export interface PlanOptions {
  readonly random: () => number;
  readonly acts: number;
  readonly bots: number;
  readonly users: readonly string[];
  readonly rooms: readonly string[];
  /** The limit of KICK-31ST in this run: bursts have about as many messages. */
  readonly messageLimit: number;
}

export function createPlan(options: PlanOptions): readonly Act[] {
  const { random, rooms, users, messageLimit } = options;
  const between = (from: number, to: number) => from + Math.floor(random() * (to - from + 1));
  const pick = <T>(values: readonly T[]): T => values[between(0, values.length - 1)] as T;
  const makers: readonly (readonly [number, () => Omit<Act, 'afterMs'>])[] = [
    [
      10,
      () =>
        botAct('connects', between(0, options.bots - 1), (bot) => {
          bot.reconnects = true;
          bot.connect();
        }),
    ],
    [10, () => roomAct('joins', between(0, options.bots - 1), pick(rooms), (bot, room) => bot.join(room))],
    [5, () => roomAct('leaves', between(0, options.bots - 1), pick(rooms), (bot, room) => bot.leave(room))],
    [10, () => roomAct('sends', between(0, options.bots - 1), pick(rooms), (bot, room) => bot.send(room))],
    [5, () => botAct('repeats', between(0, options.bots - 1), (bot) => bot.repeat())],
    [6, () => botAct('disconnects', between(0, options.bots - 1), (bot) => bot.drop(true))],
    [4, () => botAct('loses the network', between(0, options.bots - 1), (bot) => bot.drop(false))],
    [
      2,
      () =>
        botAct('disconnects for good', between(0, options.bots - 1), (bot) => {
          bot.reconnects = false;
          bot.drop(true);
        }),
    ],
    [2, () => botAct('pings', between(0, options.bots - 1), (bot) => bot.ping())],
    [2, () => botAct('beats', between(0, options.bots - 1), (bot) => bot.beat())],
    [5, () => apiAct('publishes', pick(rooms), (api, room) => api.publish(room))],
    [4, () => burst(pick(rooms), Math.max(1, messageLimit - between(0, 2)))],
    [3, () => userAct('block', pick(rooms), pick(users), (api, room, user) => api.block(room, user, 1))],
    [2, () => userAct('unblock', pick(rooms), pick(users), (api, room, user) => api.onUser('unblock', room, user))],
    [2, () => userAct('allow', pick(rooms), pick(users), (api, room, user) => api.onUser('allow', room, user))],
    [2, () => userAct('disallow', pick(rooms), pick(users), (api, room, user) => api.onUser('disallow', room, user))],
    [2, () => apiAct('destroys', pick(rooms), (api, room) => api.destroy(room))],
    [1, () => apiAct('creates', pick(rooms), (api, room) => api.create(room))],
    [1, () => apiAct('mutes', pick(rooms), (api, room) => api.mute(room, true))],
    [1, () => apiAct('unmutes', pick(rooms), (api, room) => api.mute(room, false))],
    [1, () => apiAct('switches real time on', pick(rooms), (api, room) => api.realTime(room, true))],
    [1, () => apiAct('switches real time off', pick(rooms), (api, room) => api.realTime(room, false))],
    [6, () => userAct('exist', pick(rooms), pick(users), (api, room, user) => api.exist(room, user))],
    [4, () => apiAct('reads members', pick(rooms), (api, room) => api.members(room))],
  ];
  // Each run has its own mix: what only some acts together can break is rare where all acts are equally likely.
  const bag = makers.flatMap(([weight, make]) => Array.from({ length: weight * pick(FACTORS) }, () => make));
  const pauses = pick([TIGHT_MS, TIGHT_MS, PAUSES_MS]);
  const start = Array.from({ length: options.bots }, (_, index): Act[] => [
    { afterMs: 0, ...botAct('connects', index, (bot) => bot.connect()) },
    { afterMs: pick([0, 100]), ...roomAct('joins', index, pick(rooms), (bot, room) => bot.join(room)) },
  ]);
  const rest = Array.from({ length: options.acts }, (): Act => ({ afterMs: pick(pauses), ...pick(bag)() }));
  return [...start.flat(), ...rest];
}

const botAct = (what: string, index: number, run: (bot: Bot) => void): Omit<Act, 'afterMs'> => ({
  name: `bot ${index} ${what}`,
  run: ({ bots }) => {
    const bot = bots[index];
    if (bot !== undefined) run(bot);
  },
});

const roomAct = (what: string, index: number, room: string, run: (bot: Bot, room: string) => void) =>
  botAct(`${what} ${room}`, index, (bot) => run(bot, room));

const apiAct = (what: string, room: string, run: (api: AppServer, room: string) => void): Omit<Act, 'afterMs'> => ({
  name: `the app server ${what} ${room}`,
  run: ({ appServer }) => run(appServer, room),
});

const userAct = (
  what: string,
  room: string,
  user: string,
  run: (api: AppServer, room: string, user: string) => void,
): Omit<Act, 'afterMs'> => ({
  name: `the app server calls ${what} ${room} ${user}`,
  run: ({ appServer }) => run(appServer, room, user),
});

const burst = (room: string, count: number): Omit<Act, 'afterMs'> => ({
  name: `the app server publishes ${count} to ${room}`,
  run: ({ appServer }) => {
    for (let sent = 0; sent < count; sent += 1) appServer.publish(room);
  },
});
