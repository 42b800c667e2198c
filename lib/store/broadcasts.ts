import type { UserId } from '../protocol/ids.ts';
import type { MemberChange } from '../protocol/push-frames.ts';
import type { RoomWalk, WalkPut } from './walks.ts';

/** A message to all rooms, or the rest of a notice to the members of one, in progress. */
export interface Broadcast extends RoomWalk {
  readonly id: string;
  readonly fromUserId: UserId;
  readonly type: string;
  readonly content: string;
  readonly includeSender: boolean;
  readonly sentAtMs: number;
  /** It is a notice of these changes in the room of `rest`, and has no message. */
  readonly notice?: { readonly roomEpoch: string; readonly changes: readonly MemberChange[] };
}

/** Messages to all rooms. */
export interface Broadcasts {
  /** The row as it is now; undefined = it has expired. */
  getBroadcast(id: string): Promise<Broadcast | undefined>;
  /** To continue: event broadcast. A put with a later checkpoint continues from there. */
  putBroadcast(broadcast: Broadcast, expiresAtMs: number, put: WalkPut): Promise<void>;
}
