import type { DeliveryLease, NewMessage, Room, RoomExpiry, StoredMessage, TailEntry } from '../domain/room.ts';
import type { RoomId, UserId } from '../protocol/ids.ts';

/** A new message, and what must hold when the room accepts it. */
export interface Acceptance {
  readonly roomId: RoomId;
  readonly epoch: string;
  /** As read before the sender was checked; undefined for the server API, to which no block applies. */
  readonly sendPermissionVersion: number | undefined;
  readonly message: NewMessage;
  /** false: `putContent` has stored the message, and the tail only names it. */
  readonly isInTail: boolean;
  /** The lease to deliver, which the write takes if nobody has it. */
  readonly lease: DeliveryLease;
  /** The window must have fewer than `limit` messages; absent = it is not counted. `over`: past windows to remove. */
  readonly quotaSlot?:
    | { readonly window: string; readonly limit: number; readonly over: readonly string[] }
    | undefined;
}

/** One write removes at most this many from the tail. */
export const LOGGED_MAX = 60;

/** What the holder of a lease has done. */
export interface DeliveryProgress {
  readonly roomId: RoomId;
  readonly epoch: string;
  readonly leaseId: string;
  readonly deliveredSeq: number;
  /** When the last post began. */
  readonly deliveredAtMs: number;
  readonly crowdedUntilMs: number;
  /** The oldest of the tail, which are in the log by now: the write removes them. `message` is the logged form. */
  readonly logged: readonly TailEntry[];
  /** The lease from now on; undefined = it ends, unless a message has come after `deliveredSeq`. */
  readonly next: DeliveryLease | undefined;
}

/** Room rows. */
export interface Rooms {
  getRoom(room: RoomId): Promise<Room | undefined>;
  /** Creates the room, or replaces a destroyed one; `false` = there is a live one. Event: room-created. */
  createRoom(room: Room): Promise<boolean>;
  /**
   * One write sets the seq, the time and the content, and evicts every offline member over the limit. Conditions: the
   * epoch, a live room, the version of the send permissions and a free quota slot; not what other senders write. Returns
   * the room after it; 'tail-full' = the message was to go into the tail, and that has enough. Throws AcceptanceUnknown when the answer is lost: look for the message before you try again.
   */
  acceptMessage(acceptance: Acceptance): Promise<Room | 'conflict' | 'tail-full'>;
  /** Takes the lease over from its former holder; undefined = it has another holder, or has ended. */
  takeOverDelivery(room: RoomId, epoch: string, formerId: string, next: DeliveryLease): Promise<Room | undefined>;
  /**
   * Notes the progress. undefined = nothing was written, because the lease has another holder, a logged message was
   * recalled since, or the lease would end although a message has come.
   */
  advanceDelivery(progress: DeliveryProgress): Promise<Room | undefined>;
  /** Like each change below, one write to a live room of this epoch; undefined = there is no such room any more. */
  addToAllowlist(room: RoomId, epoch: string, user: UserId, limit: number): Promise<Room | 'full' | undefined>;
  removeFromAllowlist(room: RoomId, epoch: string, user: UserId): Promise<Room | undefined>;
  /** After it, a message whose sender was checked before is refused, and so is an expiry decided on an earlier read. */
  bumpSendPermissionVersion(room: RoomId, epoch: string): Promise<Room | undefined>;
  setRoomExpiry(room: RoomId, epoch: string, end: RoomExpiry): Promise<Room | undefined>;
  /** Raises the version of the send permissions too: a message whose sender was checked before is refused. */
  setRoomMuted(room: RoomId, epoch: string, muted: boolean): Promise<Room | undefined>;
  setDistributionStopped(room: RoomId, epoch: string, stopped: boolean): Promise<Room | undefined>;
  /** The room is no longer `incomplete`. */
  noteComplete(room: RoomId, epoch: string): Promise<Room | undefined>;
  noteEntries(room: RoomId, epoch: string): Promise<Room | undefined>;
  /** Replaces the message with the same seq and id by `recalled`, if it is still in the tail. */
  recallInTail(room: RoomId, epoch: string, recalled: StoredMessage): Promise<Room | undefined>;
  /** Notes that a user joins or leaves now. */
  noteActivity(room: RoomId, epoch: string, nowMs: number): Promise<Room | undefined>;
  /** undefined = the deployment's setting applies. */
  setRealTimeKickOut(room: RoomId, epoch: string, on: boolean | undefined): Promise<Room | undefined>;
  /**
   * 0 = off. Raises the version of the send permissions too: a message that was decided by the former interval is
   * refused.
   */
  setSlowMode(room: RoomId, epoch: string, intervalSec: number): Promise<Room | undefined>;
  /**
   * Event: room-destroyed. Of several concurrent calls one gets the room, the others undefined. `unless` = the room as
   * read: nothing happens if a user has joined, left or sent since, or if its expiry setting or its version of the
   * send permissions has changed.
   */
  destroyRoom(room: RoomId, epoch: string, nowMs: number, automatic: boolean, unless?: Room): Promise<Room | undefined>;
  /** Removes the row of a destroyed room of that epoch. */
  removeRoom(room: RoomId, epoch: string): Promise<void>;
}
