import { ask, define, nameOf, nameOfConnection } from '../act.ts';
import { closeLapsed, closeLink, openLink, readLink, renewLease } from '../connection-steps.ts';
import type { Guards } from '../guards.ts';
import { putRow, readRow } from '../member-steps.ts';
import type { Step, Steps } from '../process.ts';
import { readRoom, readRoomEventually } from '../room-steps.ts';
import { isEvicted, withoutConnection } from '../rules.ts';
import { type Room, type Row, userOf, type World } from '../world.ts';
import { answerRefused, clock } from './answers.ts';
import { endMembership, forgetRow } from './ends.ts';

interface OfConnection {
  readonly connection: number;
}

/** `room`: read before, where the guard that reads it in each attempt is removed. */
interface Leaving extends OfConnection {
  readonly room?: Room;
  readonly thenSweep?: boolean;
}

const because = ({ connection }: OfConnection) => `the end of ${nameOfConnection(connection)}`;

export const disconnectMember = define('disconnect', because, function* (args: Leaving, on): Steps {
  const { connection, thenSweep } = args;
  const user = userOf(connection);
  const row = yield* ask(readRow(user));
  const isOwn = row.connections.includes(connection);
  if (row.membership === 0 || (!isOwn && on('a disconnect acts on its own connection'))) {
    return thenSweep && row.mark !== null ? sweepMember({ user }, on) : undefined;
  }
  const isConsistent = on('the room of a mark is read consistently');
  const room = args.room ?? (yield* ask(isConsistent ? readRoom() : readRoomEventually()));
  if (room.life !== 'live' || room.epoch !== row.epoch) {
    yield* forgetRow(row, on, 'a disconnect forgets the row that it has read');
    return undefined;
  }
  const now = yield* ask(clock);
  const stored = yield* ask(
    putRow(offlineBy(row, connection, { seq: room.seq, at: Math.max(now, room.at) }, on), {
      text: `takes the connection off ${nameOf(user)}'s row`,
      ...{ read: row, guarded: on('a disconnect changes the row that it has read') },
      random: on('the first revision of a row is random'),
    }),
  );
  if (stored === null) {
    return disconnectMember(on('the room of a mark is read in each attempt') ? args : { ...args, room }, on);
  }
  return thenSweep && stored.mark !== null ? sweepMember({ user }, on) : undefined;
});

function offlineBy(row: Row, connection: number, mark: { seq: number; at: number }, on: Guards): Row {
  // Without the guard a late event of an old connection takes the user offline.
  if (!row.connections.includes(connection)) return { ...row, connections: [], mark: row.mark ?? mark };
  return withoutConnection(row, connection, mark, on('only the last connection sets the mark') ? 'last' : 'each');
}

export const closeConnection = define('close', because, function* ({ connection }: OfConnection, on): Steps {
  const link = yield* ask(closeLink(connection));
  return link.hasRoom ? disconnectMember({ connection }, on) : undefined;
});

export const openConnection = define(
  'open',
  (args: OfConnection) => nameOfConnection(args.connection),
  function* ({ connection }): Steps {
    yield { text: 'opens a socket', run: (world) => [{ world: withSocket(world, connection), result: null }] };
    if (!(yield* ask(openLink(connection, true)))) yield answerRefused('the connection is closed');
    return undefined;
  },
);

const withSocket = (world: World, connection: number): World => ({
  ...world,
  sockets: world.sockets.map((socket, index) => (index === connection ? { ...socket, is: 'up' } : socket)),
});

export const heartbeat = define(
  'heartbeat',
  (args: OfConnection) => nameOfConnection(args.connection),
  function* ({ connection }): Steps {
    yield renewLease(connection, true);
    return undefined;
  },
);

const isLapsed = (connection: number): Step => ({
  text: 'compares the lease with the clock',
  instant: true,
  run: (world) => {
    const socket = world.sockets[connection];
    return [{ world, result: socket?.is === 'down' || socket?.silent === true }];
  },
});

export const sweepConnection = define(
  'sweep connection',
  () => 'the sweep',
  function* ({ connection }: OfConnection, on): Steps {
    const link = yield* ask(readLink(connection));
    if (link.is === 'unknown') return undefined;
    let { hasRoom } = link;
    if (link.is === 'open') {
      if (!(yield* ask<boolean>(isLapsed(connection)))) return undefined;
      const closed = yield* ask(closeLapsed(connection, link.lease, on('a lease is unchanged when it ends')));
      if (closed === null) return undefined;
      hasRoom = closed.hasRoom;
    }
    return hasRoom ? disconnectMember({ connection, thenSweep: true }, on) : undefined;
  },
);

export const sweepMember = define(
  'sweep member',
  () => 'the sweep',
  function* ({ user }: { user: number }, on): Steps {
    const isRowFirst = on('the sweep reads the row before the room');
    const early = isRowFirst ? undefined : yield* ask(readRoom());
    const row = yield* ask(readRow(user));
    const room = early ?? (yield* ask(readRoom()));
    if (room.life !== 'live' || row.epoch !== room.epoch || row.mark === null) return undefined;
    const { now, realTime } = yield* ask(realTimeNow);
    const isLong = realTime && now > row.mark.at && room.allowlisted[user] === null;
    if (isEvicted(row, room) || isLong)
      yield* endMembership(row, 'offline', on, 'the sweep ends the row that it has read');
    return undefined;
  },
);

const realTimeNow: Step & { result?: { now: number; realTime: boolean } } = {
  text: 'reads the clock',
  instant: true,
  run: (world) => [{ world, result: { now: world.now, realTime: world.realTime } }],
};
