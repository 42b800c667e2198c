/** RongCloud's numbers for what happened; those from 100 on are Doorman's own. */
export const WEBHOOK_TYPE = { roomCreated: 0, joined: 1, left: 2, roomDestroyed: 3, presence: 100 } as const;
/** RongCloud's numbers for why it happened. */
export const WEBHOOK_STATUS = { byCall: 0, evictedAsOffline: 1, blocked: 2, roomDestroyedItself: 3 } as const;

/** The status of an event of the type `presence`, with the numbers of RongCloud's callback for users. */
export const PRESENCE_STATUS = { online: 0, offline: 1 } as const;

/** What happened in a room or to a user, in RongCloud's form: the webhook posts a JSON array of these. */
export interface WebhookEvent {
  /** The same for each delivery of one event. */
  readonly eventId: string;
  /** Empty for events of a user. */
  readonly chatRoomId: string;
  /** Empty for events of the room itself. */
  readonly userIds: readonly string[];
  readonly status: (typeof WEBHOOK_STATUS)[keyof typeof WEBHOOK_STATUS];
  readonly type: (typeof WEBHOOK_TYPE)[keyof typeof WEBHOOK_TYPE];
  /** ms since 1970 */
  readonly time: number;
}

/** A signed call of the app's server. */
export interface WebhookCall {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}
