import { type Device, DISCONNECTED_DEVICES_MAX, type End, type Member, type OfflineMark } from '../../domain/member.ts';
import { DAY_MS } from '../../domain/time.ts';
import type { ConnectionId, RoomId, UserId } from '../../protocol/ids.ts';
import { expiry } from './keys.ts';
import type { Row } from './table.ts';

interface ConnectionPlace {
  /** In the order in which they came. */
  readonly place: number;
  readonly device: Device;
}

interface MemberRow {
  readonly roomId: RoomId;
  readonly userId: UserId;
  readonly roomEpoch: string;
  readonly revision: number;
  readonly membershipId?: string | undefined;
  readonly joinedAtMs: number;
  /** A map, so that one can be asked for without knowing the others. Rows of an older version have the place alone. */
  readonly connections: Readonly<Record<string, ConnectionPlace | number>>;
  readonly offlineSeq?: number | undefined;
  readonly offlineAtMs?: number | undefined;
  readonly blockedUntilMs: number;
  /** Rows of an older version lack the next five. */
  readonly offlineSinceMs?: number | undefined;
  readonly disconnectedDevices?: readonly Device[] | undefined;
  readonly lastDisconnectAtMs?: number | undefined;
  readonly mutedUntilMs?: number | undefined;
  readonly muteExempt?: boolean | undefined;
  readonly ended?: End | undefined;
}

/** How long after an end somebody may still ask for its reason. */
const END_KEPT_MS = DAY_MS;

/** Without a membership the row ends with the last thing that it says; an exemption has no end. */
export function memberRowExpiry(
  { membershipId, muteExempt, blockedUntilMs, mutedUntilMs, ended }: Member,
  nowMs: number,
) {
  if (membershipId !== undefined || muteExempt) return {};
  const endedUntilMs = ended === undefined ? 0 : ended.atMs + END_KEPT_MS;
  return expiry(Math.max(blockedUntilMs, mutedUntilMs, endedUntilMs, nowMs));
}

/** What says nothing is left out: a fan-out pays for each byte of each row. */
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
    connections: Object.fromEntries(connections.map((id, place) => [id, { place, device: devices[id] ?? id }])),
    offlineSeq: offline?.seq,
    offlineAtMs: offline?.atMs,
    offlineSinceMs: offline?.sinceMs,
  };
}

export function toMember(row: Row): Member {
  const stored = row as unknown as MemberRow;
  const { ended } = stored;
  const offline = toOfflineMark(stored);
  const connections = Object.entries(stored.connections)
    .map(([id, one]) => ({ id: id as ConnectionId, ...(typeof one === 'number' ? { place: one, device: id } : one) }))
    .sort((one, other) => one.place - other.place);
  return {
    roomId: stored.roomId,
    userId: stored.userId,
    roomEpoch: stored.roomEpoch,
    revision: stored.revision,
    ...(stored.membershipId === undefined ? {} : { membershipId: stored.membershipId }),
    joinedAtMs: stored.joinedAtMs,
    connections: connections.map(({ id }) => id),
    devices: Object.fromEntries(connections.map(({ id, device }) => [id, device])),
    disconnectedDevices: (stored.disconnectedDevices ?? []).slice(-DISCONNECTED_DEVICES_MAX),
    lastDisconnectAtMs: stored.lastDisconnectAtMs ?? 0,
    ...(offline === undefined ? {} : { offline }),
    blockedUntilMs: stored.blockedUntilMs,
    mutedUntilMs: stored.mutedUntilMs ?? 0,
    muteExempt: stored.muteExempt ?? false,
    ...(ended === undefined ? {} : { ended: toEnd(ended) }),
  };
}

/** Whoever marks him does not know when another device of his was lost, so that is settled here. */
function toOfflineMark(stored: MemberRow): OfflineMark | undefined {
  const { offlineSeq, offlineAtMs, offlineSinceMs, lastDisconnectAtMs = 0 } = stored;
  if (offlineSeq === undefined || offlineAtMs === undefined) return undefined;
  const sinceMs = Math.min(Math.max(offlineSinceMs ?? offlineAtMs, lastDisconnectAtMs), offlineAtMs);
  return { seq: offlineSeq, atMs: offlineAtMs, sinceMs };
}

const toEnd = ({ membershipId, reason, atMs, connections }: End): End => ({ membershipId, reason, atMs, connections });

/** Equal for equal members, in whatever order a row gives its attributes. */
export const fingerprint = (member: Member): string => JSON.stringify(toMember({ ...toMemberRow(member) }));
