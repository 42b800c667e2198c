import type { Settings } from '../domain/settings.ts';
import type { ConnectionId, UserId } from '../protocol/ids.ts';
import type { Sender } from '../protocol/message.ts';
import type { Doorbell } from '../push/doorbell.ts';
import type { MessageHook } from '../push/message-hook.ts';
import type { Push } from '../push/push.ts';
import type { Connection, RoomStore } from '../store/room-store.ts';

/** Everything a use case touches; time and chance come from outside. */
export interface Deps {
  readonly store: RoomStore;
  readonly push: Push;
  /** Has a DeliveryJob done by another Lambda. */
  readonly doorbell: Doorbell;
  /** Is asked before a client's message is accepted; undefined = nobody is. */
  readonly messageHook?: MessageHook | undefined;
  readonly settings: Settings;
  /** ms since 1970, from the event that is being served */
  readonly now: () => number;
  readonly randomId: () => string;
  /** Uniform in [0, 1) */
  readonly random: () => number;
  /** The same for the same text, and for no other: 22 of A-Z a-z 0-9 _ - */
  readonly digest: (text: string) => string;
  /** Faults of follow-ups: counted and logged, never reported to the caller. */
  readonly onFault: (what: string, fault: unknown) => void;
  /** Waits before a decision is repeated: longer with each conflict (1, 2, …), and with jitter. */
  readonly backOff: (conflicts: number) => Promise<void>;
  readonly sleep: (pauseMs: number) => Promise<void>;
}

/** The calling user, from the connection and never from a frame. */
export interface Caller {
  readonly userId: UserId;
  readonly connectionId: ConnectionId;
  /** What the token said of the user. */
  readonly sender?: Sender | undefined;
  /** The connection's row, if an eventually consistent read for this frame is under way. */
  readonly seen?: Promise<Connection | undefined>;
}
