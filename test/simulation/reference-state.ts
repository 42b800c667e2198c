/*
 * Models what the rules of docs/rules.md are about: rooms, members, connections.
 * Clock: none. Chance: none.
 */

export type Switch = 'leaveEndsAllDevices' | 'multipleRooms' | 'membersOnlySend' | 'realTimeKickOut';
export type RuleSettings = Readonly<Record<Switch, boolean>> & { readonly maxAllowlistedUsers: number };

/** A code, and what else an answer says of a membership or a message. */
export interface Answer {
  readonly code: number;
  readonly reason?: string | undefined;
  readonly fresh?: boolean;
  readonly membership?: number;
  readonly seq?: number;
}

export interface Connection {
  readonly id: number;
  readonly user: string;
  readonly device: string;
  leaseUntilMs: number;
  /** As the server knows it. */
  state: 'open' | 'closed' | 'force-closed';
  /** `lost`: the client does not hear or say anything any more; `gone`: and a post to it fails. */
  client: 'there' | 'lost' | 'gone';
  readonly notices: string[];
}

export const newConnection = (id: number, user: string, device: string, leaseUntilMs: number): Connection => ({
  ...{ id, user, device, leaseUntilMs },
  ...{ state: 'open', client: 'there', notices: [] },
});

export interface Member {
  readonly id: number;
  readonly user: string;
  /** Those that have joined. */
  readonly connections: Set<Connection>;
  readonly disconnectedDevices: Set<string>;
  offline?: { readonly seq: number; readonly atMs: number } | undefined;
  /** For the real-time service: silent since then, and from `evictByMs` on a sweep has to evict. */
  silentSinceMs: number;
  evictByMs: number;
}

/** Times by user, until which something holds. */
export type Until = Map<string, number>;

export interface Room {
  readonly name: string;
  readonly epoch: number;
  seq: number;
  lastMessageAtMs: number;
  isMuted: boolean;
  realTime: boolean | undefined;
  readonly members: Map<string, Member>;
  readonly blocked: Until;
  readonly muted: Until;
  readonly muteExempt: Set<string>;
  readonly allowlist: Set<string>;
  readonly delistedSeq: Map<string, number>;
  /** By client message id, which has the sender in it. */
  readonly seqs: Map<string, number>;
}

export const newRoom = (name: string, epoch: number): Room => ({
  ...{ name, epoch, seq: 0, lastMessageAtMs: 0, isMuted: false, realTime: undefined, members: new Map() },
  ...{ blocked: new Map(), muted: new Map(), muteExempt: new Set() },
  ...{ allowlist: new Set(), delistedSeq: new Map(), seqs: new Map() },
});
