/** What happened in a room, in RongCloud's form: the webhook posts a JSON array of these. */
export interface WebhookEvent {
  /** The same for each delivery of one event. */
  readonly eventId: string;
  readonly chatRoomId: string;
  /** Empty for events of the room itself. */
  readonly userIds: readonly string[];
  /** 0 by a call, 1 evicted as offline, 2 blocked, 3 the room destroyed itself */
  readonly status: 0 | 1 | 2 | 3;
  /** 0 room created, 1 joined, 2 left, 3 room destroyed */
  readonly type: 0 | 1 | 2 | 3;
  /** ms since 1970 */
  readonly time: number;
}

/** A signed call of the app's server. */
export interface WebhookCall {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}
