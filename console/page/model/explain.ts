import type { End, Member, Point, RoomState, Rules } from './presence.ts';

/** One sentence: how a user is present, what would remove them, or why they were removed. */
export function explain(member: Member, state: RoomState, rules: Rules, nowMs: number): string {
  switch (member.presence) {
    case 'online':
      return member.isAllowlisted
        ? 'on the allowlist: no rule evicts them'
        : 'no rule evicts them while they are online';
    case 'silent':
      return 'the connection is dead, and the server does not know: for it they are online until the lease is over';
    case 'offline':
      return explainOffline(member, state, rules, nowMs);
    case 'removed':
    case 'blocked':
      return member.end === undefined ? 'not in the room' : explainEnd(member.end, member.mark, rules);
  }
}

function explainOffline({ mark, isAllowlisted }: Member, { seq }: RoomState, rules: Rules, nowMs: number): string {
  if (mark === undefined) return 'offline';
  if (isAllowlisted) return `offline since message ${mark.seq}, and on the allowlist: no message evicts them`;
  const missing = mark.seq + rules.offlineMessageLimit - seq;
  const remainingMs = mark.atMs + rules.offlineGraceMs - nowMs;
  const byTime =
    remainingMs > 0 ? `any message after ${seconds(remainingMs)} more` : 'the next message, whichever it is';
  return `evicted by message ${mark.seq + rules.offlineMessageLimit} (${missing} more), or by ${byTime}`;
}

function explainEnd({ reason, message, at }: End, mark: Point | undefined, rules: Rules): string {
  if (reason === 'left') return 'left the room';
  if (reason === 'blocked') return 'blocked by the server';
  if (reason === 'destroyed') return 'removed: the room was destroyed';
  if (mark === undefined) return 'evicted: they were offline';
  const offlineFor = seconds(at.atMs - mark.atMs);
  if (message === undefined) return `evicted by the real-time service after ${offlineFor} offline, without a message`;
  const count = message.seq - mark.seq;
  if (count >= rules.offlineMessageLimit) {
    return `evicted by message ${message.seq}, the ${ordinal(count)} since they went offline at message ${mark.seq}`;
  }
  return `evicted by message ${message.seq}: it came ${offlineFor} after they went offline, later than ${seconds(rules.offlineGraceMs)}`;
}

/** A duration with one digit after the point. */
export const seconds = (ms: number): string => `${(Math.max(0, ms) / 1000).toFixed(1)} s`;

/** 1st, 2nd, 3rd, 4th, 11th, 31st. */
export function ordinal(count: number): string {
  const isTeen = Math.floor(count / 10) % 10 === 1;
  const ending = isTeen ? 'th' : (['th', 'st', 'nd', 'rd'][count % 10] ?? 'th');
  return `${count}${ending}`;
}
