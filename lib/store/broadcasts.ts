import type { UserId } from '../protocol/ids.ts';

/** A message to all rooms that is under way. */
export interface Broadcast {
  readonly id: string;
  readonly fromUserId: UserId;
  readonly type: string;
  readonly content: string;
  readonly includeSender: boolean;
  readonly sentAtMs: number;
  /** The rooms up to here have it; '' = none yet. */
  readonly afterRoom: string;
}

/** Messages to all rooms. */
export interface Broadcasts {
  /** News: broadcast. Put again with a later `afterRoom` it goes on from there. */
  putBroadcast(broadcast: Broadcast, expiresAtMs: number): Promise<void>;
}
