/** What the page knows of a user's presence in the room. `silent`: the connection is dead, and the server does not know. */
export type Presence = 'online' | 'silent' | 'offline' | 'removed' | 'blocked';

/** Why a membership ended, as the SDK names it. */
export type EndReason = 'left' | 'offline' | 'blocked' | 'destroyed';

/** The settings that decide when an offline member is evicted. */
export interface Rules {
  readonly offlineMessageLimit: number;
  readonly offlineGraceMs: number;
}

/** A position of the room: a time, and the newest message at that time. */
export interface Point {
  readonly atMs: number;
  readonly seq: number;
}

/** A part of a strip of the time line; the last one of a member has no end yet. */
export interface Span {
  readonly presence: Presence;
  readonly isAllowlisted: boolean;
  readonly from: Point;
  readonly to?: Point;
}

/** How a membership ended. */
export interface End {
  readonly reason: EndReason;
  /** The message that evicted the member; absent where none did. */
  readonly message?: Point;
  readonly at: Point;
  /** A message that was sent later did not evict the member. By the server's clock, ms since 1970 */
  readonly noLaterMs: number;
}

/** A user on the time line. */
export interface Member {
  readonly userId: string;
  readonly presence: Presence;
  readonly spans: readonly Span[];
  readonly isAllowlisted: boolean;
  readonly isMuted: boolean;
  /** The room's position when the server noticed the disconnect. */
  readonly mark?: Point | undefined;
  readonly end?: End | undefined;
}

/** Everything about the room that the time line shows. */
export interface RoomState {
  readonly roomId: string;
  readonly opened: Point;
  readonly seq: number;
  /** The newest messages, by seq. */
  readonly messages: readonly Point[];
  readonly members: ReadonlyMap<string, Member>;
}

/** What happens to a room. Times are those of the page's clock, but `sentMs` and `noLaterMs`. */
export type RoomEvent =
  | { readonly kind: 'message'; readonly seq: number; readonly sentMs: number }
  | { readonly kind: 'online' | 'silent'; readonly userId: string }
  | { readonly kind: 'offline'; readonly userId: string; readonly sinceMs: number }
  | {
      readonly kind: 'ended';
      readonly userId: string;
      readonly reason: EndReason | undefined;
      readonly noLaterMs?: number;
    }
  | { readonly kind: 'allowlisted' | 'muted'; readonly userId: string; readonly isOn: boolean }
  | { readonly kind: 'unblocked'; readonly userId: string };

/** A room that the page has just opened. */
export const newRoom = (roomId: string, atMs: number): RoomState => ({
  roomId,
  opened: { atMs, seq: 0 },
  seq: 0,
  messages: [],
  members: new Map(),
});

export const isGone = (presence: Presence): boolean => presence === 'removed' || presence === 'blocked';
