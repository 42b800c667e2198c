import type { ConnectionId } from '../domain/ids.ts';
import { type EndReason, ended, type Member } from '../domain/member.ts';
import type { Deps } from './deps.ts';
import { eachOf } from './fan-out.ts';

const CLAIMS_IN_FLIGHT = 32;

/**
 * Ends this very membership, as read: one conditional write, so it ends once and for one reason whoever else tries. That
 * write tells the stream, from which everybody hears of it; `untold` is the connection that has its answer instead.
 */
export async function claimEnd(deps: Deps, member: Member, reason: EndReason, untold?: ConnectionId): Promise<boolean> {
  const next = ended(member, reason, deps.now(), untold);
  return (await deps.store.putMember(next, member.revision, reason)) !== 'conflict';
}

/** KICK-*: ends the memberships of those who are out by the rule. Idempotent, and may stop half-way. */
export async function kickDue(deps: Deps, due: readonly Member[]): Promise<void> {
  await eachOf(due, CLAIMS_IN_FLIGHT, async (member) => {
    try {
      await claimEnd(deps, member, 'offline');
    } catch (fault) {
      deps.onFault('end the membership of a kicked member', fault);
    }
  });
}
