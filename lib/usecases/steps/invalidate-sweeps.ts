import type { Member } from '../../domain/member.ts';
import type { Deps } from '../deps.ts';

/**
 * After this no check that began earlier evicts the member: it can end the membership only at the revision that it read.
 * Called after a write of the room's row that forbids the eviction.
 */
export async function invalidateConcurrentSweeps(deps: Deps, member: Member): Promise<void> {
  // A conflict is as good: another write has changed the row.
  if (member.offline !== undefined) await deps.store.putMember(member, member.revision);
}
