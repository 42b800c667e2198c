import { type Device, DISCONNECTED_DEVICES_MAX, type End, type Member, type OfflineMark } from '../../domain/member.ts';
import { DAY_MS } from '../../domain/time.ts';
import type { ConnectionId, RoomId, UserId } from '../../protocol/ids.ts';
import { expiry, offlinePartition, offlineSortKey, onlinePartition, onlineSortKey } from './keys.ts';
import type { Row } from './table.ts';

interface JoinedConnection {
  /** Its number in join order. */
  readonly order: number;
  readonly device: Device;
}

interface MemberRow {
  readonly roomId: RoomId;
  readonly userId: UserId;
  readonly roomEpoch: string;
  readonly revision: number;
  readonly membershipId?: string | undefined;
  readonly joinedAtMs: number;
  readonly sender?: Member['sender'];
  readonly connections: Readonly<Record<string, JoinedConnection>>;
  readonly offlineSeq?: number | undefined;
  readonly offlineAtMs?: number | undefined;
  readonly blockedUntilMs: number;
  readonly offlineSinceMs?: number | undefined;
  readonly disconnectedDevices: readonly Device[];
  readonly lastDisconnectAtMs?: number | undefined;
  readonly mutedUntilMs: number;
  readonly muteExempt?: boolean | undefined;
  readonly ended?: End | undefined;
  /** The keys in the index of members; absent = the user is none. */
  readonly listedIn?: string | undefined;
  readonly listedAs?: string | undefined;
}

/** How long after an end a client can still ask for its reason. */
export const END_KEPT_MS = DAY_MS;

/** Without a membership the row expires with its last block, mute or noted end; an exemption does not expire. */
export function memberRowExpiry(
  { membershipId, muteExempt, blockedUntilMs, mutedUntilMs, ended }: Member,
  nowMs: number,
) {
  if (membershipId !== undefined || muteExempt) return {};
  const endedUntilMs = ended === undefined ? 0 : ended.atMs + END_KEPT_MS;
  return expiry(Math.max(blockedUntilMs, mutedUntilMs, endedUntilMs, nowMs));
}

type ListedBy = 'roomId' | 'userId' | 'membershipId' | 'connections' | 'offline';

/** Omits defaults: a fan-out pays for each byte of each row. */
export function toMemberRow({
  connections,
  devices,
  offline,
  muteExempt,
  lastDisconnectAtMs,
  ...rest
}: Member): MemberRow {
  return {
    ...rest,
    ...(muteExempt ? { muteExempt } : {}),
    ...(lastDisconnectAtMs === 0 ? {} : { lastDisconnectAtMs }),
    connections: Object.fromEntries(connections.map((id, order) => [id, { order, device: devices[id] ?? id }])),
    offlineSeq: offline?.seq,
    offlineAtMs: offline?.atMs,
    offlineSinceMs: offline?.sinceMs,
    ...listed({ connections, offline, ...rest }),
  };
}

/** A member is listed either as online or as offline. */
function listed({ roomId, userId, membershipId, connections, offline }: Pick<Member, ListedBy>) {
  if (membershipId === undefined) return {};
  if (connections.length > 0) return { listedIn: onlinePartition(roomId), listedAs: onlineSortKey(userId) };
  return {
    listedIn: offlinePartition(roomId),
    listedAs: offlineSortKey(offline?.seq ?? 0, offline?.atMs ?? 0, userId),
  };
}

export function toMember(row: Row): Member {
  const stored = row as unknown as MemberRow;
  const { ended, sender } = stored;
  const offline = toOfflineMark(stored);
  const connections = Object.entries(stored.connections)
    .map(([id, joined]) => ({ id: id as ConnectionId, ...joined }))
    .sort((one, other) => one.order - other.order);
  return {
    roomId: stored.roomId,
    userId: stored.userId,
    roomEpoch: stored.roomEpoch,
    revision: stored.revision,
    ...(stored.membershipId === undefined ? {} : { membershipId: stored.membershipId }),
    joinedAtMs: stored.joinedAtMs,
    ...(sender === undefined ? {} : { sender: toSender(sender) }),
    connections: connections.map(({ id }) => id),
    devices: Object.fromEntries(connections.map(({ id, device }) => [id, device])),
    disconnectedDevices: stored.disconnectedDevices.slice(-DISCONNECTED_DEVICES_MAX),
    lastDisconnectAtMs: stored.lastDisconnectAtMs ?? 0,
    ...(offline === undefined ? {} : { offline }),
    blockedUntilMs: stored.blockedUntilMs,
    mutedUntilMs: stored.mutedUntilMs,
    muteExempt: stored.muteExempt ?? false,
    ...(ended === undefined ? {} : { ended: toEnd(ended) }),
  };
}

/** The write that marks a member offline does not know when another of their devices was lost: this combines both. */
function toOfflineMark(stored: MemberRow): OfflineMark | undefined {
  const { offlineSeq, offlineAtMs, offlineSinceMs, lastDisconnectAtMs = 0 } = stored;
  if (offlineSeq === undefined || offlineAtMs === undefined || offlineSinceMs === undefined) return undefined;
  const sinceMs = Math.min(Math.max(offlineSinceMs, lastDisconnectAtMs), offlineAtMs);
  return { seq: offlineSeq, atMs: offlineAtMs, sinceMs };
}

const toEnd = ({ membershipId, reason, atMs, connections }: End): End => ({ membershipId, reason, atMs, connections });

/** A map of a row has no order. */
export const toSender = ({ name, portrait }: NonNullable<Member['sender']>): NonNullable<Member['sender']> => ({
  ...(name === undefined ? {} : { name }),
  ...(portrait === undefined ? {} : { portrait }),
});

/** Equal for equal members, whatever the order of the row's attributes. */
export const fingerprint = (member: Member): string => JSON.stringify(toMember({ ...toMemberRow(member) }));
