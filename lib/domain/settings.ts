/** What a deployment can set; the stack documents the defaults and hands them to every Lambda as SETTINGS. */
export interface Settings {
  /** KICK-30S: a message more than this after the drop kicks. */
  readonly offlineGraceMs: number;
  /** KICK-31ST: this many messages after the drop kick. */
  readonly offlineMessageLimit: number;
  readonly maxAllowlistedUsers: number;
  readonly membersOnlySend: boolean;
  /** false: joining another room leaves the former. */
  readonly multipleRooms: boolean;
  /** true: one device's leave ends the membership on all. */
  readonly leaveEndsAllDevices: boolean;
  readonly historyRetentionDays: number;
  readonly sendsPerSecond: number;
  readonly notifyMemberJoins: boolean;
  readonly tokenLifeSec: number;
  /** Web origins that may connect, separated by commas; empty = all. */
  readonly allowedOrigins: string;
  /** After this a connection cannot be alive: API Gateway's limit of 2 h and a margin. */
  readonly connectionLifeMs: number;
}
