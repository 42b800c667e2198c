import { at, deviceOf, emptyWorld, replaced, userOf, type World } from './world.ts';

interface Present {
  readonly connected?: readonly number[];
  /** Their sockets are lost, and the member's row says so. */
  readonly lost?: readonly number[];
}

/** The user joined by these connections, before anything of interest. */
export function withMember(world: World, { connected = [], lost = [] }: Present): World {
  const user = userOf(connected[0] ?? lost[0] ?? 0);
  const membership = world.noted.length;
  const next = [...connected, ...lost].reduce<World>(
    (before, connection) => withConnected(before, connection, membership, connected.includes(connection)),
    { ...world, noted: [...world.noted, null] },
  );
  const { seq, epoch } = world.room;
  const row = {
    ...{ user, revision: 1, epoch, membership, connections: connected, disconnectedDevices: lost.map(deviceOf) },
    ...{ mark: connected.length > 0 ? null : { seq, at: world.now }, blocked: false, ended: null },
  };
  const goneSince = connected.length > 0 ? null : { seq, at: world.now };
  const facts = replaced(next.facts, user, { ...at(next.facts, user), goneSince });
  return { ...next, rows: replaced(next.rows, user, row), facts };
}

function withConnected(world: World, connection: number, membership: number, isUp: boolean): World {
  const link = { is: isUp ? 'open' : 'closed', hasRoom: true, lease: 0 } as const;
  const socket = { is: isUp ? 'up' : 'down', membership: isUp ? membership : 0, silent: false, events: 0 } as const;
  return {
    ...world,
    links: replaced(world.links, connection, link),
    sockets: replaced(world.sockets, connection, socket),
    sessions: replaced(world.sessions, deviceOf(connection), { membership, epoch: world.room.epoch }),
  };
}

/** The connection is open, and its user has not joined by it. */
export const withOpen = (world: World, connection: number): World => ({
  ...world,
  links: replaced(world.links, connection, { is: 'open', hasRoom: false, lease: 0 }),
  sockets: replaced(world.sockets, connection, { is: 'up', membership: 0, silent: false, events: 0 }),
});

export const empty = emptyWorld;
/** Ann is in the room with the phone. */
export const online = withMember(empty, { connected: [0] });
/** Ann is in the room with phone and laptop. */
export const twoDevices = withMember(empty, { connected: [0, 2] });
/** Ann is offline, with the phone; it has a new connection that has not joined yet. */
export const offline = withOpen(withMember(empty, { lost: [0] }), 1);
/** Ann is blocked, and was no member. The phone is connected. */
export const blocked: World = {
  ...withOpen(empty, 0),
  rows: replaced(empty.rows, 0, { ...at(empty.rows, 0), revision: 1, epoch: 1, blocked: true }),
  facts: replaced(empty.facts, 0, { ...at(empty.facts, 0), blockedIn: 1 }),
};
