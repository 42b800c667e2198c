import type { Member } from '../../domain/member.ts';
import type { Deps } from '../deps.ts';

/**
 * After this no look that began before it puts him out: each claims the row as it was. For what stands on the room's row
 * and forbids that; it must be written by then.
 */
export async function invalidateConcurrentSweeps(deps: Deps, member: Member): Promise<void> {
  // A conflict is as good: somebody else has written the row since it was read.
  if (member.offline !== undefined) await deps.store.putMember(member, member.revision);
}
