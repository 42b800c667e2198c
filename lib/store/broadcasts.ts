import type { Member, MemberEndReason } from '../domain/member.ts';
import type { UserId } from '../protocol/ids.ts';
import type { RoomWalk, WalkPut } from './walks.ts';

/** Who has joined or left, as the members of the room are notified of it. */
export interface NoticedChange {
  readonly userId: string;
  readonly change: 'joined' | 'left';
  readonly reason?: MemberEndReason;
  readonly membership: string;
  readonly atMs: number;
  readonly sender?: NonNullable<Member['sender']>;
}

/** A message to all rooms, or the rest of a notice to the members of one, in progress. */
export interface Broadcast extends RoomWalk {
  readonly id: string;
  readonly fromUserId: UserId;
  readonly type: string;
  readonly content: string;
  readonly includeSender: boolean;
  readonly sentAtMs: number;
  /** It is a notice of these changes in the room of `rest`, and has no message. */
  readonly notice?: { readonly roomEpoch: string; readonly changes: readonly NoticedChange[] };
}

/** Messages to all rooms. */
export interface Broadcasts {
  /** The row as it is now; undefined = it has expired. */
  getBroadcast(id: string): Promise<Broadcast | undefined>;
  /** To continue: event broadcast. A put with a later checkpoint continues from there. */
  putBroadcast(broadcast: Broadcast, expiresAtMs: number, put: WalkPut): Promise<void>;
}
