import type { UserId } from '../protocol/ids.ts';

/** A message to all rooms, in progress. */
export interface Broadcast {
  readonly id: string;
  readonly fromUserId: UserId;
  readonly type: string;
  readonly content: string;
  readonly includeSender: boolean;
  readonly sentAtMs: number;
  /** The checkpoint: the rooms up to this one have the message; '' = none yet. */
  readonly afterRoom: string;
}

/** Messages to all rooms. */
export interface Broadcasts {
  /** Event: broadcast. A put with a later `afterRoom` continues from there. */
  putBroadcast(broadcast: Broadcast, expiresAtMs: number): Promise<void>;
}
