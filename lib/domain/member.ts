import type { ConnectionId, RoomId, UserId } from './ids.ts';

export interface OfflineMark {
  /** The room's seq, read consistently after the drop was noticed. */
  readonly seq: number;
  readonly atMs: number;
}

export interface RecentSend {
  readonly clientMessageId: string;
  readonly atMs: number;
}

/**
 * Everything about one user in one room, on one row, so that any decision about him is one conditional write.
 * Without `membership` the row says only what outlives a membership: a block, a mute.
 */
export interface Member {
  readonly room: RoomId;
  readonly userId: UserId;
  /** A row of another room epoch is nothing. */
  readonly roomEpoch: string;
  /** Counts this row's writes; each write is conditional on it. */
  readonly revision: number;
  /** Membership epoch: new with each fresh join. */
  readonly membership?: string | undefined;
  readonly joinedAtMs: number;
  readonly connections: readonly ConnectionId[];
  /** Present exactly when he is a member without a connection. */
  readonly offline?: OfflineMark | undefined;
  readonly blockedUntilMs: number;
  readonly recentSends: readonly RecentSend[];
}

export const emptyMember = (room: RoomId, userId: UserId, roomEpoch: string): Member => ({
  room,
  userId,
  roomEpoch,
  revision: 0,
  joinedAtMs: 0,
  connections: [],
  blockedUntilMs: 0,
  recentSends: [],
});

/** The row as of this room epoch: a row of an older epoch counts as none (blocks and mutes fall with the room). */
export const currentMember = (row: Member | undefined, room: RoomId, userId: UserId, roomEpoch: string): Member =>
  row?.roomEpoch === roomEpoch ? row : { ...emptyMember(room, userId, roomEpoch), revision: row?.revision ?? 0 };

export const isBlocked = (member: Member, nowMs: number): boolean => nowMs < member.blockedUntilMs;

/** A fresh join (I-M12): a new membership epoch, counting anew. */
export function joined(member: Member, connection: ConnectionId, membership: string, nowMs: number): Member {
  return { ...member, membership, joinedAtMs: nowMs, connections: [connection], offline: undefined, recentSends: [] };
}

/** One more device, or back in time: same epoch, mark cleared. The caller has settled that he is not due. */
export function withConnection(member: Member, connection: ConnectionId): Member {
  const connections = member.connections.includes(connection)
    ? member.connections
    : [...member.connections, connection];
  return { ...member, connections, offline: undefined };
}

/** A connection is gone. The mark is set only by the last one (I-M14) and never moved by a late event. */
export function withoutConnection(member: Member, connection: ConnectionId, mark: OfflineMark): Member {
  if (!member.connections.includes(connection)) return member;
  const connections = member.connections.filter((id) => id !== connection);
  return { ...member, connections, offline: connections.length === 0 ? mark : undefined };
}

/** The membership is over; what outlives it stays. `undefined` = nothing is left to store. */
export function ended(member: Member, nowMs: number): Member | undefined {
  if (!isBlocked(member, nowMs)) return undefined;
  return { ...member, membership: undefined, connections: [], offline: undefined, recentSends: [] };
}

/** BLOCK: out, whether online or not, and barred until then. Several calls: the last counts. */
export function blocked(member: Member, untilMs: number): Member {
  return {
    ...member,
    membership: undefined,
    connections: [],
    offline: undefined,
    recentSends: [],
    blockedUntilMs: untilMs,
  };
}
