import type { ConnectionId, RoomId, UserId } from '../domain/ids.ts';
import type { End, Member, RecentSend } from '../domain/member.ts';
import type { Row } from './dynamodb-table.ts';
import { expiry } from './keys.ts';

interface MemberRow {
  readonly room: RoomId;
  readonly userId: UserId;
  readonly roomEpoch: string;
  readonly revision: number;
  readonly membership?: string | undefined;
  readonly joinedAtMs: number;
  /** Connection to its place in the order; a map, so that one can be asked for without knowing the others. */
  readonly connections: Readonly<Record<string, number>>;
  readonly offlineSeq?: number | undefined;
  readonly offlineAtMs?: number | undefined;
  readonly blockedUntilMs: number;
  /** Rows of an older version lack the next two. */
  readonly mutedUntilMs?: number | undefined;
  readonly muteExempt?: boolean | undefined;
  readonly recentSends: readonly RecentSend[];
  readonly ended?: End | undefined;
}

/** How long after an end somebody may still ask for its reason. */
const END_KEPT_MS = 24 * 3600 * 1000;

/** Without a membership the row ends with the last thing that it says; an exemption has no end. */
export function memberRowExpiry(
  { membership, muteExempt, blockedUntilMs, mutedUntilMs, ended }: Member,
  nowMs: number,
) {
  if (membership !== undefined || muteExempt) return {};
  const endedUntilMs = ended === undefined ? 0 : ended.atMs + END_KEPT_MS;
  return expiry(Math.max(blockedUntilMs, mutedUntilMs, endedUntilMs, nowMs));
}

export function toMemberRow({ connections, offline, ...rest }: Member): MemberRow {
  return {
    ...rest,
    connections: Object.fromEntries(connections.map((connection, place) => [connection, place])),
    offlineSeq: offline?.seq,
    offlineAtMs: offline?.atMs,
  };
}

export function toMember(row: Row): Member {
  const stored = row as unknown as MemberRow;
  const { offlineSeq, offlineAtMs, ended } = stored;
  const connections = Object.entries(stored.connections).sort(([, one], [, other]) => one - other);
  return {
    room: stored.room,
    userId: stored.userId,
    roomEpoch: stored.roomEpoch,
    revision: stored.revision,
    ...(stored.membership === undefined ? {} : { membership: stored.membership }),
    joinedAtMs: stored.joinedAtMs,
    connections: connections.map(([connection]) => connection as ConnectionId),
    ...(offlineSeq === undefined || offlineAtMs === undefined
      ? {}
      : { offline: { seq: offlineSeq, atMs: offlineAtMs } }),
    blockedUntilMs: stored.blockedUntilMs,
    mutedUntilMs: stored.mutedUntilMs ?? 0,
    muteExempt: stored.muteExempt ?? false,
    recentSends: stored.recentSends.map(({ clientMessageId, atMs }) => ({ clientMessageId, atMs })),
    ...(ended === undefined ? {} : { ended: toEnd(ended) }),
  };
}

const toEnd = ({ membership, reason, atMs, connections }: End): End => ({ membership, reason, atMs, connections });

/** Equal for equal members, in whatever order a row gives its attributes. */
export const fingerprint = (member: Member): string => JSON.stringify(toMember({ ...toMemberRow(member) }));
