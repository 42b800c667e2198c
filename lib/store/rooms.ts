import type { NewMessage, Room, RoomExpiry, StoredMessage } from '../domain/room.ts';
import type { RoomId, UserId } from '../protocol/ids.ts';

/** A new message, and what must hold when the room accepts it. */
export interface Acceptance {
  readonly roomId: RoomId;
  readonly epoch: string;
  /** As read before the sender was checked; undefined for the server API, to which no block applies. */
  readonly sendPermissionVersion: number | undefined;
  readonly message: NewMessage;
  /** Messages of the tail that the caller has put into the log: the write removes them from the tail. */
  readonly logged: readonly StoredMessage[];
  /** The window must have fewer than `limit` messages; absent = it is not counted. `over`: past windows to remove. */
  readonly quotaSlot?:
    | { readonly window: string; readonly limit: number; readonly over: readonly string[] }
    | undefined;
}

/** Room rows. */
export interface Rooms {
  getRoom(room: RoomId): Promise<Room | undefined>;
  /** Creates the room, or replaces a destroyed one; `false` = there is a live one. Event: room-created. */
  createRoom(room: Room): Promise<boolean>;
  /**
   * One write sets the seq, the time and the content, and evicts every offline member over the limit. Conditions: the
   * epoch, a live room, the version of the send permissions, a free quota slot, and that the room's last message is not
   * later than this one. Returns the room after it. Throws AcceptanceUnknown when the answer is lost: look for the
   * message before you try again.
   */
  acceptMessage(acceptance: Acceptance): Promise<Room | 'conflict'>;
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
   * Event: room-destroyed. Of several concurrent calls one gets the room, the others undefined. `unless` = the room as
   * read: nothing happens if a user has joined, left or sent since, or if its expiry setting or its version of the
   * send permissions has changed.
   */
  destroyRoom(room: RoomId, epoch: string, nowMs: number, automatic: boolean, unless?: Room): Promise<Room | undefined>;
  /** Removes the row of a destroyed room of that epoch. */
  removeRoom(room: RoomId, epoch: string): Promise<void>;
}
