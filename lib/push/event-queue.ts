/** An event of the webhook in RongCloud's form. */
export interface RoomEvent {
  /** The same for each delivery of one event. */
  readonly eventId: string;
  readonly chatRoomId: string;
  /** Empty for events of the room itself. */
  readonly userIds: readonly string[];
  /** 0 by a call, 1 kicked as offline, 2 blocked, 3 destroyed by itself */
  readonly status: 0 | 1 | 2 | 3;
  /** 0 room created, 1 joined, 2 left, 3 room destroyed */
  readonly type: 0 | 1 | 2 | 3;
  /** ms since 1970 */
  readonly time: number;
}

/** Where events wait for the app's server. */
export interface EventQueue {
  /** Keeps the order of the events of a room; an event that is in it already is not put twice. Rejects if one is not in. */
  put(events: readonly RoomEvent[]): Promise<void>;
}
