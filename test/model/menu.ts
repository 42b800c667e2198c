import { nameOfConnection } from './act.ts';
import { allowlistUser, blockUser, delistUser, settleEnd, unblockUser } from './acts/admin.ts';
import { closeConnection, heartbeat, openConnection, sweepConnection, sweepMember } from './acts/disconnect.ts';
import { joinRoom } from './acts/join.ts';
import { leaveRoom } from './acts/leave.ts';
import { destroyRoom, expireRoom, queryMember } from './acts/room-end.ts';
import { publish, send } from './acts/send.ts';
import type { Call } from './process.ts';
import type { Begin, Item } from './system.ts';
import { at, deviceOf, replaced, type Socket, type World } from './world.ts';

const withSocket = (world: World, connection: number, socket: Partial<Socket>): World => ({
  ...world,
  sockets: replaced(world.sockets, connection, { ...at(world.sockets, connection), ...socket }),
});

/** A client waits for its answer before it sends the next frame over a connection. */
const isBusy = (running: readonly Call[], connection: number): boolean =>
  running.some(({ args, name }) => (args as { connection?: number }).connection === connection && !OF_SERVER.has(name));
const OF_SERVER = new Set(['close', 'disconnect', 'sweep connection']);

const isUp = (world: World, running: readonly Call[], connection: number): boolean =>
  at(world.sockets, connection).is === 'up' &&
  at(world.links, connection).is !== 'unknown' &&
  !isBusy(running, connection);

const runs = (running: readonly Call[], ...names: readonly string[]) =>
  running.some(({ name }) => names.some((one) => name.startsWith(one)));

export const connect = (connection: number): Item => ({
  times: 1,
  begins: (world, _, on) =>
    at(world.sockets, connection).is === 'unused' ? [{ call: openConnection({ connection }, on) }] : [],
});

/** The network fails: the event may come twice, late or never. */
export const lose = (connection: number): Item => ({
  times: 1,
  begins: (world) =>
    at(world.sockets, connection).is === 'up'
      ? [
          {
            text: `${nameOfConnection(connection)} loses its socket`,
            world: withSocket(world, connection, { is: 'down', membership: 0, events: 2 }),
          },
        ]
      : [],
});

export const closeEvent = (connection: number, times = 1): Item => ({
  times,
  begins: (world, _, on) => {
    const { events } = at(world.sockets, connection);
    if (events === 0) return [];
    return [
      { call: closeConnection({ connection }, on), world: withSocket(world, connection, { events: events - 1 }) },
    ];
  },
});

/** Frames that a client sends over a connection without waiting for an answer. */
export const atOnce = (item: Item): Item => ({ ...item, begins: (world, _, on) => item.begins(world, [], on) });

/** A resume if the device has a membership to resume, else a join. */
export const join = (connection: number, times = 1): Item => ({
  times,
  begins: (world, running, on) => {
    if (!isUp(world, running, connection)) return [];
    const session = at(world.sessions, deviceOf(connection));
    return [{ call: joinRoom({ connection, resume: session.membership === 0 ? null : session }, on) }];
  },
});

export const leave = (connection: number): Item => ({
  times: 1,
  begins: (world, running, on) =>
    isUp(world, running, connection) && at(world.sockets, connection).membership !== 0
      ? [{ call: leaveRoom({ connection }, on) }]
      : [],
});

export const say = (connection: number, times = 1, id: string | null = null): Item => ({
  times,
  begins: (world, running, on) => {
    const isReady = id === null ? isUp(world, running, connection) : at(world.sockets, connection).is === 'up';
    return isReady ? [{ call: send({ connection, id }, on) }] : [];
  },
});

const always = (times: number, call: (on: Parameters<Item['begins']>[2]) => Call): Item => ({
  times,
  begins: (_, __, on) => [{ call: call(on) }],
});

export const message = (times: number): Item => always(times, (on) => publish({ connection: null, id: null }, on));
export const sweep = (connection: number, times = 1): Item =>
  always(times, (on) => sweepConnection({ connection }, on));
export const checkMember = (user: number, times = 1): Item => always(times, (on) => sweepMember({ user }, on));
export const destroy = (times = 1): Item => always(times, (on) => destroyRoom({}, on));
export const expire = (times = 1): Item => always(times, (on) => expireRoom({}, on));

const unless = (names: readonly string[], times: number, call: (on: Parameters<Item['begins']>[2]) => Call): Item => ({
  times,
  begins: (_, running, on): readonly Begin[] => (runs(running, ...names) ? [] : [{ call: call(on) }]),
});

export const block = (user: number, times = 1): Item => unless(['unblock'], times, (on) => blockUser({ user }, on));
export const unblock = (user: number, times = 1): Item => unless(['block'], times, (on) => unblockUser({ user }, on));
export const allow = (user: number, times = 1): Item => unless(['delist'], times, (on) => allowlistUser({ user }, on));
export const disallow = (user: number, times = 1): Item =>
  unless(['allowlist'], times, (on) => delistUser({ user }, on));
export const query = (user: number, times = 1): Item => unless(['query'], times, (on) => queryMember({ user }, on));

/** The clock moves on, by more than the grace. No Lambda lives so long, if that matters. */
export const tick = (times = 1, waitsFor: readonly string[] = []): Item => ({
  times,
  begins: (world, running) =>
    runs(running, ...waitsFor) ? [] : [{ text: 'more than the grace passes', world: later(world) }],
});

/** The marks of sends have expired by then. */
const later = (world: World): World => ({
  ...world,
  now: world.now + 1,
  access: world.access.map((access) => ({ ...access, marks: [] })),
});

/** So long without a frame that the lease is over; the socket is up. */
export const silence = (connection: number): Item => ({
  times: 1,
  begins: (world) =>
    at(world.sockets, connection).is === 'up'
      ? [
          {
            text: `nothing is heard of ${nameOfConnection(connection)}`,
            world: withSocket(world, connection, { silent: true }),
          },
        ]
      : [],
});

export const beat = (connection: number): Item => ({
  times: 1,
  begins: (world, running, on) => (isUp(world, running, connection) ? [{ call: heartbeat({ connection }, on) }] : []),
});

/** The table's stream reports an end. */
export const stream = (times = 1): Item => ({
  times,
  begins: (world, _, on) => {
    const [row, ...rest] = world.stream;
    return row === undefined ? [] : [{ call: settleEnd({ row }, on), world: { ...world, stream: rest } }];
  },
});
