import { inParallel } from '../../domain/in-parallel.ts';
import { emptyMember, ended, isWorthKeeping, type Member, type MemberEndReason } from '../../domain/member.ts';
import type { ConnectionId } from '../../protocol/ids.ts';
import type { Deps } from '../deps.ts';

const ENDS_IN_FLIGHT = 32;

/**
 * Ends this membership if its row is unchanged since the read: one conditional write, so it ends once and for one reason,
 * however many callers try. The table's stream reports the write, and from there all are notified but `exceptConnection`,
 * which gets the answer instead.
 */
export async function endMembership(
  deps: Deps,
  member: Member,
  reason: 'left' | 'offline',
  exceptConnection?: ConnectionId,
): Promise<boolean> {
  await noteReason(deps, member, reason);
  const next = ended(member, reason, deps.now(), exceptConnection);
  const outcome = isReportedByDeletion(member, next, deps.now())
    ? await deps.store.deleteMember(member)
    : await deps.store.putMember(next, member.revision, reason);
  return outcome !== 'conflict';
}

/** Before a membership ends: a reason that was not noted reads as `offline`, after which a client joins again by itself. */
export async function noteReason(deps: Deps, { membershipId }: Member, reason: MemberEndReason): Promise<void> {
  if (membershipId !== undefined && reason !== 'offline') await deps.store.noteEnd(membershipId, reason);
}

/** The common cases cost one write: the row is deleted, and the deleted row says why. */
function isReportedByDeletion(member: Member, next: Member, nowMs: number): boolean {
  const { ended: end, ...rest } = next;
  if (end === undefined || end.connections.length > 0 || isWorthKeeping(rest, nowMs)) return false;
  return (end.reason === 'offline') === (member.offline !== undefined);
}

/** KICK-*: ends the memberships of members who are evicted by the rule. Idempotent, and may stop half-way. */
export async function evictMembers(deps: Deps, evicted: readonly Member[]): Promise<void> {
  await inParallel(evicted, ENDS_IN_FLIGHT, async (member) => {
    try {
      await endMembership(deps, member, 'offline');
    } catch (fault) {
      deps.onFault('end the membership of an evicted member', fault);
    }
  });
}

/**
 * Removes a row without an event, because the room's end was reported instead. The stream would report a deleted row as a
 * leave or an eviction; an emptied row causes no event, and expires at once.
 */
export async function forgetRow(deps: Deps, row: Member): Promise<void> {
  if (row.membershipId === undefined) await deps.store.deleteMember(row);
  else await deps.store.putMember(emptyMember(row.roomId, row.userId, row.roomEpoch), row.revision);
}
