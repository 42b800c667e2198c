import { one, type StepOf } from './act.ts';
import { at, type Link, replaced, type World } from './world.ts';

const withLink = (world: World, connection: number, link: Partial<Link>): World => ({
  ...world,
  links: replaced(world.links, connection, { ...at(world.links, connection), ...link }),
});

export const readLink = (connection: number, text = "reads the connection's row"): StepOf<Link> => ({
  text,
  run: (world) => one(world, at(world.links, connection)),
});

export const openLink = (connection: number, guarded: boolean): StepOf<boolean> => ({
  text: "writes the connection's row",
  run: (world) => {
    if (guarded && at(world.links, connection).is !== 'unknown') return one(world, false);
    return one(withLink(world, connection, { is: 'open', hasRoom: false }), true);
  },
});

/** The room is noted on the row of an open connection; false = it is closed. */
export const addRoom = (connection: number, guarded: boolean): StepOf<boolean> => ({
  text: "notes the room on the connection's row",
  run: (world) => {
    const isOpen = at(world.links, connection).is === 'open';
    return isOpen || !guarded ? one(withLink(world, connection, { hasRoom: true }), true) : one(world, false);
  },
});

export const removeRoomOf = (connection: number): StepOf<null> => ({
  text: "removes the room from the connection's row",
  run: (world) => one(withLink(world, connection, { hasRoom: false }), null),
});

/** The result is the row: its rooms are to be checked. */
export const closeLink = (connection: number): StepOf<Link> => ({
  text: "closes the connection's row",
  run: (world) => {
    const next = withLink(world, connection, { is: 'closed' });
    return one(next, at(next.links, connection));
  },
});

/** Closes a connection whose lease is over; null = it was renewed or closed since the read. */
export const closeLapsed = (connection: number, lease: number, guarded: boolean): StepOf<Link | null> => ({
  text: 'closes the connection, because its lease is over',
  run: (world) => {
    const now = at(world.links, connection);
    if (now.is !== 'open' || (guarded && now.lease !== lease)) return one(world, null);
    const next = withLink(world, connection, { is: 'closed' });
    const { is, silent } = at(world.sockets, connection);
    const isHeard = is === 'up' && !silent;
    const why = 'a connection that was heard was closed for silence';
    return one(next, at(next.links, connection), isHeard ? [{ kind: 'broken', rule: 'I-M1', why }] : []);
  },
});

/** A frame of the client: the lease begins again, if the row is open. */
export const renewLease = (connection: number, guarded: boolean): StepOf<boolean> => ({
  text: 'renews the lease',
  run: (world) => {
    const { is, lease } = at(world.links, connection);
    if (is !== 'open' && guarded) return one(world, false);
    const sockets = replaced(world.sockets, connection, { ...at(world.sockets, connection), silent: false });
    return one({ ...withLink(world, connection, { lease: lease + 1 }), sockets }, true);
  },
});
