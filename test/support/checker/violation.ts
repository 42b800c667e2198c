/** One breach of one invariant of docs/rules.md. */
export interface Violation {
  /** The id, such as `I-M4`; `ALLOWLIST` for its limit, which has no invariant of its own. */
  readonly invariant: string;
  readonly sentence: string;
  /** Indexes of the events that prove it, in order. */
  readonly events: readonly number[];
}

/** Takes down a violation. Indexes that are not finite, as of a missing answer, are left out. */
export type Report = (invariant: string, sentence: string, ...events: readonly number[]) => void;

/** What the rules depend on besides the history. Their own numbers (31, 30,000 ms, 300 s) are in the checks. */
export interface CheckOptions {
  /** How far a clock of the server may be from `atMs`. */
  readonly epsMs: number;
  /** How long a member may be offline before the real-time service removes them. */
  readonly graceMs: number;
  /** The real-time service where no call has switched it for the room. */
  readonly realTime: boolean;
  readonly membersOnlySend: boolean;
  readonly multipleRooms: boolean;
  readonly leaveEndsAllDevices: boolean;
  readonly allowlistLimit: number;
  readonly maxConnectionsPerUser: number;
  /** The end of a room for which no call has set one. */
  readonly idleMs: number;
  /** How long an accepted message is kept. */
  readonly retentionMs: number;
  /** The history has every `goneAnswer`; else a lost socket may have been noticed at once. */
  readonly seesPosts: boolean;
  /** The history has what the webhook got. */
  readonly seesWebhook: boolean;
  /** Clients keep the order of sends that overlap, as the SDK does. */
  readonly ordersSends: boolean;
  /** How long what was in flight may still arrive after a block or an end: at most as long as a Lambda lives. */
  readonly inFlightMs: number;
  /** The offline member is evicted when this many messages were accepted since the disconnect. */
  readonly messageLimit: number;
  /** How long a user is online or offline before the webhook gets it; 0 = it does not. */
  readonly presenceDelayMs: number;
}

/** The defaults of docs/rules.md, with exact clocks. */
export const defaultCheckOptions: CheckOptions = {
  epsMs: 0,
  graceMs: 60_000,
  realTime: false,
  membersOnlySend: true,
  multipleRooms: false,
  leaveEndsAllDevices: false,
  allowlistLimit: 5,
  maxConnectionsPerUser: 10,
  idleMs: 3_600_000,
  retentionMs: 86_400_000,
  seesPosts: true,
  seesWebhook: true,
  ordersSends: true,
  inFlightMs: 10_000,
  messageLimit: 31,
  presenceDelayMs: 0,
};
