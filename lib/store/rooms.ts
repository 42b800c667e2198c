import type { NewMessage, Room, RoomExpiry, StoredMessage } from '../domain/room.ts';
import type { RoomId, UserId } from '../protocol/ids.ts';

/** A message on its way into the room, and what must still hold when it gets there. */
export interface Acceptance {
  readonly roomId: RoomId;
  readonly epoch: string;
  /** The fence as read before the sender was checked; undefined for the server API, which no block binds. */
  readonly sendPermissionVersion: number | undefined;
  readonly message: NewMessage;
  /** Tail entries that the caller has put into the log: they are dropped from the tail. */
  readonly logged: readonly StoredMessage[];
  /** The window of its time takes it if it holds fewer than `limit`; absent = it is not counted. `over` can be forgotten. */
  readonly quotaSlot?:
    | { readonly window: string; readonly limit: number; readonly over: readonly string[] }
    | undefined;
}

/** Room rows. */
export interface Rooms {
  getRoom(room: RoomId): Promise<Room | undefined>;
  /** Creates it unless a live one is there. `false` = one is. A destroyed one is replaced. News: room-created. */
  createRoom(room: Room): Promise<boolean>;
  /**
   * One write takes the seq, the time and the content, and is the kick of everyone due. Conditions: epoch, live, fence,
   * place in the window, and that the room's last message is not later than this one. Returns the room after it.
   * Throws AcceptanceUnknown when the answer was lost: then it must not be tried again before the message was looked for.
   */
  acceptMessage(acceptance: Acceptance): Promise<Room | 'conflict'>;
  /** Changes what one write can change on a live room of this epoch; undefined = not there any more. */
  addToAllowlist(room: RoomId, epoch: string, user: UserId, limit: number): Promise<Room | 'full' | undefined>;
  removeFromAllowlist(room: RoomId, epoch: string, user: UserId): Promise<Room | undefined>;
  /** After this no message is accepted whose sender was checked before it, and no room goes by itself as it was read before it. */
  bumpSendPermissionVersion(room: RoomId, epoch: string): Promise<Room | undefined>;
  setRoomExpiry(room: RoomId, epoch: string, end: RoomExpiry): Promise<Room | undefined>;
  /** Raises the fence too: after it no message of somebody who was checked before is accepted. */
  setRoomMuted(room: RoomId, epoch: string, muted: boolean): Promise<Room | undefined>;
  setDistributionStopped(room: RoomId, epoch: string, stopped: boolean): Promise<Room | undefined>;
  /** It is no longer `starting`. */
  noteComplete(room: RoomId, epoch: string): Promise<Room | undefined>;
  noteEntries(room: RoomId, epoch: string): Promise<Room | undefined>;
  /** Puts `recalled` in the place of the message with its seq and id, if that is in the tail still. */
  recallInTail(room: RoomId, epoch: string, recalled: StoredMessage): Promise<Room | undefined>;
  /** Notes that somebody joins or leaves now. */
  noteActivity(room: RoomId, epoch: string, nowMs: number): Promise<Room | undefined>;
  /** undefined = as the deployment has it. */
  setRealTimeKickOut(room: RoomId, epoch: string, on: boolean | undefined): Promise<Room | undefined>;
  /**
   * News: room-destroyed. Of several at once one gets the room, the others undefined. `unless` = the room as read: nothing
   * happens if somebody joined, left or sent since, or if its end or its fence is another.
   */
  destroyRoom(room: RoomId, epoch: string, nowMs: number, byItself: boolean, unless?: Room): Promise<Room | undefined>;
  /** Removes the row of a destroyed room of that epoch. */
  removeRoom(room: RoomId, epoch: string): Promise<void>;
}
