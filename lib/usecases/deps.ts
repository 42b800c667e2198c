import type { Settings } from '../domain/settings.ts';
import type { RefusalAnswer } from '../protocol/answers.ts';
import type { ConnectionId, UserId } from '../protocol/ids.ts';
import type { Push } from '../push/push.ts';
import type { Connection, RoomStore } from '../store/room-store.ts';

/** Everything a use case touches; time and chance come from outside. */
export interface Deps {
  readonly store: RoomStore;
  readonly push: Push;
  readonly settings: Settings;
  /** ms since 1970, from the event that is being served */
  readonly now: () => number;
  readonly randomId: () => string;
  /** Faults of follow-ups: counted and logged, never the caller's problem. */
  readonly onFault: (what: string, fault: unknown) => void;
}

/** Who asks, from the connection and never from a frame. */
export interface Caller {
  readonly userId: UserId;
  readonly connectionId: ConnectionId;
  /** The connection's row, where it was glanced at for this frame already. */
  readonly seen?: Promise<Connection | undefined>;
}

export type Refusal = Omit<RefusalAnswer, 'event' | 'id'>;

export const refuse = (code: number, message: string, more: Partial<Refusal> = {}): Refusal => ({
  code,
  message,
  ...more,
});

/** How often a decision is taken anew when others write the same row meanwhile. */
export const ATTEMPTS = 10;
