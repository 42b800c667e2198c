import { ended, type Member } from '../domain/member.ts';
import type { Room } from '../domain/room.ts';
import type { EndReason, MemberChange } from '../protocol/frames.ts';
import type { Deps } from './deps.ts';
import { eachOf, fanOut } from './fan-out.ts';

const CLAIMS_IN_FLIGHT = 32;

/** Claims the end of this very membership, as read: one conditional write, so it is told once whoever else tries. */
export async function claimEnd(deps: Deps, member: Member): Promise<boolean> {
  const rest = ended(member, deps.now());
  const outcome =
    rest === undefined ? await deps.store.deleteMember(member) : await deps.store.putMember(rest, member.revision);
  return outcome !== 'conflict';
}

/** Tells the room who is no longer in it, in one frame. */
export async function announceEnds(
  deps: Deps,
  room: Room,
  members: readonly Member[],
  reason: EndReason,
): Promise<void> {
  if (members.length === 0) return;
  const atMs = deps.now();
  const changes = members.map(
    (member): MemberChange => ({
      userId: member.userId,
      change: 'left',
      reason,
      membership: member.membership ?? '',
      atMs,
    }),
  );
  // Notices count for no kick, so who is due now waits for the next message; that keeps this from calling itself.
  for (let from = 0; from < changes.length; from += 100) {
    const frame = {
      event: 'members',
      room: room.room,
      roomEpoch: room.epoch,
      changes: changes.slice(from, from + 100),
    } as const;
    await fanOut(deps, room, frame);
  }
}

/** KICK-*: removes the rows of those who are out by the rule and tells the room. Idempotent, and may stop half-way. */
export async function kickDue(deps: Deps, room: Room, due: readonly Member[]): Promise<void> {
  const claimed: Member[] = [];
  await eachOf(due, CLAIMS_IN_FLIGHT, async (member) => {
    try {
      if (await claimEnd(deps, member)) claimed.push(member);
    } catch (fault) {
      deps.onFault('remove a kicked member', fault);
    }
  });
  await announceEnds(deps, room, claimed, 'offline');
}
