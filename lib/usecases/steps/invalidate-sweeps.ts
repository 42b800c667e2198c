import type { Member } from '../../domain/member.ts';
import type { Deps } from '../deps.ts';

/**
 * After this no check that began before it evicts the member: each ends the membership by the revision that it read. For
 * what is on the room's row and forbids an eviction; that must be written by then.
 */
export async function invalidateConcurrentSweeps(deps: Deps, member: Member): Promise<void> {
  // A conflict is as good: another write has changed the row since it was read.
  if (member.offline !== undefined) await deps.store.putMember(member, member.revision);
}
