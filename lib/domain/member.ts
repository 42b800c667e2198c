import type { EndReason } from '../protocol/end-reason.ts';
import type { ConnectionId, RoomId, UserId } from '../protocol/ids.ts';
import type { Sender } from '../protocol/message.ts';

export interface OfflineMark {
  /** The room's seq, read consistently after the disconnect was noticed. */
  readonly seq: number;
  /** When the disconnect was noticed: the clock of KICK-30S. */
  readonly atMs: number;
  /** The last sign of life on any device: the clock of KICK-REALTIME. Not later than `atMs`. */
  readonly sinceMs: number;
}

/** What a connection belongs to: a device that reconnects is the same, whatever the id of its connection. */
export type Device = string;

/** A destroyed room ends all memberships at once, and no row says so. */
export type MemberEndReason = Exclude<EndReason, 'destroyed'>;

/** How the user's last membership ended; on the row at least until everybody was notified. */
export interface End {
  readonly membershipId: string;
  readonly reason: MemberEndReason;
  readonly atMs: number;
  /** Connections that are still to be notified. */
  readonly connections: readonly ConnectionId[];
}

/**
 * Everything about one user in one room, on one row, so that any decision about them is one conditional write.
 * Without `membershipId` the row says only what outlives a membership: a block, a mute.
 */
export interface Member {
  readonly roomId: RoomId;
  readonly userId: UserId;
  /** A row of another room epoch is ignored. */
  readonly roomEpoch: string;
  /** Counts this row's writes; each write is conditional on it. */
  readonly revision: number;
  /** Membership epoch: new with each fresh join. */
  readonly membershipId?: string | undefined;
  readonly joinedAtMs: number;
  /** Who the user is, by the token that joined or resumed last; only a member's row has it. Absent = it says nothing. */
  readonly sender?: Sender | undefined;
  readonly connections: readonly ConnectionId[];
  /** The device of each connection. */
  readonly devices: Readonly<Record<ConnectionId, Device>>;
  /** Devices that have joined, lost their connection and not left: with one of them the user stays a member. */
  readonly disconnectedDevices: readonly Device[];
  /** When a connection was last lost while another one stayed; 0 = never. */
  readonly lastDisconnectAtMs: number;
  /** Present exactly when the user is a member without a connection. */
  readonly offline?: OfflineMark | undefined;
  readonly blockedUntilMs: number;
  /** Muted in this room (RongCloud: gag); outlives the membership. */
  readonly mutedUntilMs: number;
  /** May send while the room or the user is muted; outlives the membership. */
  readonly muteExempt: boolean;
  readonly ended?: End | undefined;
}

export const emptyMember = (room: RoomId, userId: UserId, roomEpoch: string): Member => ({
  roomId: room,
  userId,
  roomEpoch,
  revision: 0,
  joinedAtMs: 0,
  connections: [],
  devices: {},
  disconnectedDevices: [],
  lastDisconnectAtMs: 0,
  blockedUntilMs: 0,
  mutedUntilMs: 0,
  muteExempt: false,
});

/** The row as of this room epoch: a row of an older epoch is ignored (blocks and mutes end with the room). */
export const currentMember = (row: Member | undefined, room: RoomId, userId: UserId, roomEpoch: string): Member =>
  row?.roomEpoch === roomEpoch ? row : { ...emptyMember(room, userId, roomEpoch), revision: row?.revision ?? 0 };

export const isMutedInRoom = (member: Member, nowMs: number): boolean => nowMs < member.mutedUntilMs;

export const isBlocked = (member: Member, nowMs: number): boolean => nowMs < member.blockedUntilMs;

/** A connection and its device. */
export interface DeviceConnection {
  readonly connectionId: ConnectionId;
  readonly device: Device;
}

/** A connection that joins or resumes, and what is noted of its user. */
export interface JoiningConnection extends DeviceConnection {
  readonly sender?: Sender | undefined;
}

const NO_DEVICES = {
  connections: [],
  devices: {},
  disconnectedDevices: [],
  lastDisconnectAtMs: 0,
  offline: undefined,
} as const;
/** A member has at most this many: the oldest is forgotten. */
export const DISCONNECTED_DEVICES_MAX = 8;

/** A fresh join (I-M12): a new membership id; the counts start at zero. */
export const joined = (member: Member, by: JoiningConnection, membership: string, nowMs: number): Member =>
  withConnection({ ...member, ...NO_DEVICES, membershipId: membership, joinedAtMs: nowMs, ended: undefined }, by);

/**
 * One more device, or a resume: same membership, mark cleared. The caller has checked that the member is not evicted.
 */
export function withConnection(member: Member, { connectionId, device, sender }: JoiningConnection): Member {
  const others = member.connections.filter((id) => id !== connectionId);
  return {
    ...member,
    sender,
    connections: [...others, connectionId],
    devices: { ...member.devices, [connectionId]: device },
    disconnectedDevices: member.disconnectedDevices.filter((other) => other !== device),
    offline: undefined,
  };
}

/**
 * A connection is gone, its device not yet. The mark is set only by the last one (I-M14) and never moved by a late
 * event.
 */
export function withoutConnection(member: Member, connection: ConnectionId, mark: OfflineMark): Member {
  if (!member.connections.includes(connection)) return member;
  const rest = withoutIds(member, [connection]);
  const device = member.devices[connection] ?? connection;
  const isThere = rest.connections.some((id) => rest.devices[id] === device);
  const disconnectedDevices = isThere
    ? rest.disconnectedDevices
    : [...rest.disconnectedDevices, device].slice(-DISCONNECTED_DEVICES_MAX);
  return withMarkIfAlone({ ...rest, disconnectedDevices }, mark);
}

/** Is this device in the room, connected or disconnected? */
export const hasDevice = ({ devices, disconnectedDevices }: Member, device: Device): boolean =>
  Object.values(devices).includes(device) || disconnectedDevices.includes(device);

/** A device leaves; undefined = it was the last one. */
export function withoutDevice(member: Member, device: Device, mark: OfflineMark): Member | undefined {
  const own = member.connections.filter((id) => member.devices[id] === device);
  const rest = {
    ...withoutIds(member, own),
    disconnectedDevices: member.disconnectedDevices.filter((other) => other !== device),
  };
  return rest.connections.length + rest.disconnectedDevices.length === 0 ? undefined : withMarkIfAlone(rest, mark);
}

function withoutIds(member: Member, gone: readonly ConnectionId[]): Member {
  const connections = member.connections.filter((id) => !gone.includes(id));
  const devices = Object.fromEntries(Object.entries(member.devices).filter(([id]) => !gone.some((one) => one === id)));
  return { ...member, connections, devices };
}

function withMarkIfAlone(member: Member, mark: OfflineMark): Member {
  if (member.connections.length > 0)
    return { ...member, lastDisconnectAtMs: Math.max(member.lastDisconnectAtMs, mark.sinceMs) };
  // Clocks may differ: never later than the mark itself.
  const sinceMs = Math.min(mark.atMs, Math.max(mark.sinceMs, member.lastDisconnectAtMs));
  return { ...member, offline: member.offline ?? { ...mark, sinceMs } };
}

/**
 * The membership is over; what outlives it stays, and which connections are to be notified: all but `exceptConnection`.
 */
export function ended(member: Member, reason: MemberEndReason, nowMs: number, exceptConnection?: ConnectionId): Member {
  const { membershipId = '' } = member;
  const connections = member.connections.filter((connection) => connection !== exceptConnection);
  return {
    ...member,
    ...NO_DEVICES,
    membershipId: undefined,
    sender: undefined,
    ended: { membershipId: membershipId, reason, atMs: nowMs, connections },
  };
}

/** BLOCK: removed, online or not, and kept from joining until then. Several calls: the last counts. */
export const blocked = (member: Member, untilMs: number, reason: MemberEndReason, nowMs: number): Member => ({
  ...(member.membershipId === undefined ? member : ended(member, reason, nowMs)),
  blockedUntilMs: untilMs,
});

/** Does the row say anything that still matters? Else it can be deleted. */
export const isWorthKeeping = (member: Member, nowMs: number): boolean =>
  member.membershipId !== undefined ||
  member.ended !== undefined ||
  member.muteExempt ||
  isBlocked(member, nowMs) ||
  isMutedInRoom(member, nowMs);

/**
 * Everybody was notified of the end. Its reason stays where a device may still ask: one that resumes after a block, or
 * after a leave that ended all devices. Without a reason on the row a resume gets `offline`, which is then correct.
 */
export function afterEndNotified(member: Member, leaveEndsAllDevices: boolean): Member {
  const reason = member.ended?.reason;
  const isAsked = reason === 'blocked' || (reason === 'left' && leaveEndsAllDevices);
  return { ...member, ended: isAsked && member.ended ? { ...member.ended, connections: [] } : undefined };
}
