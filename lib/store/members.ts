import type { Member, MemberEndReason } from '../domain/member.ts';
import type { RoomId, UserId } from '../protocol/ids.ts';
import type { MemberEvent } from './changes.ts';

/** Member rows. */
export interface Members {
  getMember(room: RoomId, user: UserId): Promise<Member | undefined>;
  getMembers(room: RoomId, users: readonly UserId[]): Promise<readonly Member[]>;
  /**
   * Puts `next` if the row still has `revision` (0 = no row). Returns the row as stored, with its new revision, or
   * 'conflict'. A first join may try revision 0 without a read. `event` is for the stream.
   */
  putMember(next: Member, revision: number, event?: MemberEvent): Promise<Member | 'conflict'>;
  deleteMember(member: Member): Promise<'deleted' | 'conflict'>;
  /** Notes why a membership ends, before it does: a client that missed the end can ask for a day. */
  noteEnd(membershipId: string, reason: MemberEndReason): Promise<void>;
  /** undefined = no end was noted. */
  getEnd(membershipId: string): Promise<MemberEndReason | undefined>;
  /** A page of the room's member rows in any state, at most `limit`; no cursor on the last page. */
  listMembers(
    room: RoomId,
    cursor?: string,
    limit?: number,
  ): Promise<{ readonly members: readonly Member[]; readonly cursor?: string }>;
}
