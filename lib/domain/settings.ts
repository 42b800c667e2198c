/** What a deployment can set; the stack documents the defaults and hands them to every Lambda as SETTINGS. The
 * address of the webhook is not among them: it may hold a key, and one Lambda alone calls it. */
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
  /** Messages of one user in all rooms. */
  readonly sendsPerSecond: number;
  /** What one user may do in a minute, over all connections and in all rooms; 0 = no limit. */
  readonly joinsPerMinute: number;
  readonly newRoomsPerMinute: number;
  readonly leavesPerMinute: number;
  /** Pages of messages and of attributes. */
  readonly historyReadsPerMinute: number;
  readonly repairsPerMinute: number;
  /** Each key counts. */
  readonly attributeChangesPerMinute: number;
  readonly recallsPerMinute: number;
  readonly pingsPerMinute: number;
  readonly connectsPerMinute: number;
  /** With `multipleRooms`; 0 = no limit. */
  readonly maxRoomsPerConnection: number;
  /** When one more opens, the oldest is ended; 0 = no limit. */
  readonly maxConnectionsPerUser: number;
  /** Members are told who joins and who leaves. */
  readonly notifyMemberChanges: boolean;
  readonly tokenLifeSec: number;
  /** Web origins that may connect, separated by commas; empty = all. */
  readonly allowedOrigins: string;
  /** After this a connection cannot be alive: API Gateway's limit of 2 h and a margin. */
  readonly connectionLifeMs: number;
  /** Messages of clients that a room takes in 200 ms; 0 = no limit. */
  readonly roomMessageQuota: number;
  /** Calls of one path of the server API in a second; 0 = no limit. */
  readonly serverApiCallsPerSec: number;
  /** How old a signature in RongCloud's form may be; 0 = any age. */
  readonly signatureMaxAgeSec: number;
  /** A nonce of a signature in RongCloud's form works once. */
  readonly singleUseNonces: boolean;
  /** Only signatures in Doorman's own form are accepted. */
  readonly strongSignaturesOnly: boolean;
  /** Rooms that are kept from destroying themselves. */
  readonly maxKeptRooms: number;
  readonly maxEntriesPerRoom: number;
  /** Members without a connection are put out without any message, unless a room says otherwise. */
  readonly realTimeKickOut: boolean;
  /** How long a member must have been without a connection for that. */
  readonly realTimeGraceMs: number;
  /** Members a room has at most; 0 = no limit. */
  readonly roomMemberLimit: number;
  /** A user has one device of each platform; connecting another one ends the former. */
  readonly oneDevicePerPlatform: boolean;
  /** A user's other devices are told of his joins and leaves. */
  readonly multiLoginSync: boolean;
  /** How long an idle room lives unless it says otherwise. */
  readonly destroyAfterMin: number;
}
