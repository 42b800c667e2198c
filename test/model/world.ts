/** Where the room stood. `at` counts ticks of the clock, and each tick is longer than the grace. */
export interface Position {
  readonly seq: number;
  readonly at: number;
}

export type Reason = 'left' | 'offline' | 'blocked';

/** The room's row. */
export interface Room extends Position {
  readonly epoch: number;
  /** The message at which an offline member is evicted, in place of the 31st. */
  readonly limit: number;
  readonly life: 'none' | 'live' | 'destroyed';
  /** Version of the send permissions. */
  readonly version: number;
  /** By user: the position when they were allowlisted. */
  readonly allowlisted: readonly (Position | null)[];
  readonly delistedSeq: readonly number[];
  /** The tick of the last join or leave that was noted. */
  readonly active: number;
  /** The messages of clients, by client message id. */
  readonly sent: readonly string[];
}

/** A member's row; revision 0 = there is none. */
export interface Row {
  readonly user: number;
  readonly revision: number;
  readonly epoch: number;
  /** 0 = no member. */
  readonly membership: number;
  readonly connections: readonly number[];
  readonly disconnectedDevices: readonly number[];
  readonly mark: Position | null;
  readonly blocked: boolean;
  readonly ended: { readonly membership: number; readonly reason: Reason } | null;
}

/** A connection's row. */
export interface Link {
  readonly is: 'unknown' | 'open' | 'closed';
  /** The room is on the row. */
  readonly hasRoom: boolean;
  readonly lease: number;
}

/** The client's end of a connection. */
export interface Socket {
  readonly is: 'unused' | 'up' | 'down';
  /** The membership that the last answer named. */
  readonly membership: number;
  /** So long without a frame that the lease is over. */
  readonly silent: boolean;
  /** Disconnect events that may still come: late, doubled or never. */
  readonly events: number;
}

/** What a client may resume. */
export interface Session {
  readonly membership: number;
  readonly epoch: number;
}

/** A user's row of sends under way. */
export interface Access {
  readonly revision: number;
  readonly marks: readonly string[];
}

/** What has happened, for the invariants: no act reads it. */
export interface Facts {
  /** Memberships that the rule has ended. */
  readonly evicted: readonly number[];
  /** Memberships whose end was reported, and why. */
  readonly ended: readonly { readonly membership: number; readonly reason: Reason }[];
  /** Where the room stood when the last connection that was heard was lost; null = one is heard. */
  readonly goneSince: Position | null;
  /** The epoch in which a block is acknowledged; 0 = none. */
  readonly blockedIn: number;
  readonly allowlisted: boolean;
  /** A connection whose resume came after the eviction, and has yet to find that. */
  readonly late: number | null;
}

/** A read of membership under way: was the user a member all along, or never? */
export interface Watch {
  readonly user: number;
  readonly alwaysIn: boolean;
  readonly neverIn: boolean;
}

export interface World {
  readonly now: number;
  readonly realTime: boolean;
  readonly room: Room;
  /** The room as it was before its last write; kept only where a read may be stale. */
  readonly staleRoom: Room | null;
  readonly rows: readonly Row[];
  readonly links: readonly Link[];
  readonly sockets: readonly Socket[];
  readonly sessions: readonly Session[];
  /** By membership: the reason that was noted before its end. */
  readonly noted: readonly (Reason | null)[];
  readonly access: readonly Access[];
  readonly facts: readonly Facts[];
  /** Ends that the table's stream has yet to report: the rows as written. */
  readonly stream: readonly Row[];
  readonly epochs: number;
  /** The tick of the last join that was answered; -1 = not of interest. */
  readonly lastUse: number;
  readonly watch: Watch | null;
  /** A Lambda has died. */
  readonly hasDied: boolean;
}

/** Which user and device a connection is of: ann's phone, the phone again, ann's laptop, bob's phone, bob's laptop. */
export const CONNECTIONS = [
  { user: 0, device: 0 },
  { user: 0, device: 0 },
  { user: 0, device: 1 },
  { user: 1, device: 2 },
  { user: 1, device: 3 },
] as const;
export const USERS = ['ann', 'bob'] as const;
export const DEVICES = ['phone', 'laptop', 'phone', 'laptop'] as const;

export const userOf = (connection: number): number => CONNECTIONS[connection]?.user ?? 0;
export const deviceOf = (connection: number): number => CONNECTIONS[connection]?.device ?? 0;

/** The item at an index that is known to be there. */
export function at<T>(items: readonly T[], index: number): T {
  const item = items[index];
  if (item === undefined) throw new Error(`unable to find item ${index}; there are ${items.length}`);
  return item;
}

/** The list with one item replaced. */
export const replaced = <T>(items: readonly T[], index: number, item: T): readonly T[] =>
  items.map((one, place) => (place === index ? item : one));

export const emptyRow = (user: number, epoch: number): Row => ({
  ...{ user, revision: 0, epoch, membership: 0, connections: [], disconnectedDevices: [] },
  ...{ mark: null, blocked: false, ended: null },
});

const noRoom: Room = {
  ...{ epoch: 0, limit: 2, life: 'none', seq: 0, at: 0, version: 0, active: 0 },
  ...{ allowlisted: USERS.map(() => null), delistedSeq: USERS.map(() => 0), sent: [] },
};

export const newRoom = (epoch: number, now: number, limit: number): Room => ({
  ...noRoom,
  ...{ epoch, limit, life: 'live', active: now },
});

/** Nobody is connected, and there is a live room. */
export const emptyWorld: World = {
  ...{
    now: 0,
    realTime: false,
    room: newRoom(1, 0, 2),
    staleRoom: null,
    rows: USERS.map((_, user) => emptyRow(user, 0)),
  },
  links: CONNECTIONS.map(() => ({ is: 'unknown', hasRoom: false, lease: 0 })),
  sockets: CONNECTIONS.map(() => ({ is: 'unused', membership: 0, silent: false, events: 0 })),
  sessions: DEVICES.map(() => ({ membership: 0, epoch: 0 })),
  noted: [null],
  access: USERS.map(() => ({ revision: 0, marks: [] })),
  facts: USERS.map(() => ({
    evicted: [],
    ended: [],
    goneSince: { seq: 0, at: 0 },
    blockedIn: 0,
    allowlisted: false,
    late: null,
  })),
  ...{ stream: [], epochs: 1, lastUse: -1, watch: null, hasDied: false },
};
