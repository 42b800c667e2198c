import type { Audience } from './audience.ts';
import type { Broadcasts } from './broadcasts.ts';
import type { Connections } from './connections.ts';
import type { DueList } from './due-list.ts';
import type { Entries } from './entries.ts';
import type { Erasures } from './erasures.ts';
import type { Limits } from './limits.ts';
import type { Lists } from './lists.ts';
import type { Log } from './log.ts';
import type { Logins } from './logins.ts';
import type { Members } from './members.ts';
import type { Presences } from './presences.ts';
import type { Rooms } from './rooms.ts';
import type { Users } from './users.ts';

export type * from './audience.ts';
export type * from './broadcasts.ts';
export type * from './changes.ts';
export type * from './connections.ts';
export type * from './due-list.ts';
export type * from './entries.ts';
export type * from './erasures.ts';
export type * from './limits.ts';
export type * from './lists.ts';
export type * from './log.ts';
export type * from './logins.ts';
export type * from './members.ts';
export type * from './presences.ts';
export type * from './rooms.ts';
export type * from './users.ts';
export type * from './walks.ts';

/**
 * What the rules need from storage. test/store/contract.ts checks this contract on every engine:
 * - A read sees every write that was acknowledged before it began (consistent), unless its comment says otherwise.
 * - A conditional write is made as a whole or not at all; `false`/`undefined`/`'conflict'` = nothing was written.
 * - The transport may repeat a write without changing the outcome: the store recognises its own writes.
 * - Expired rows are never returned; expiry itself decides nothing.
 * - Faults (throttled at every attempt, unreachable) throw StoreFault; no SDK error leaves the store.
 */
export interface RoomStore
  extends Rooms,
    Members,
    Audience,
    Connections,
    Logins,
    Presences,
    DueList,
    Log,
    Entries,
    Users,
    Lists,
    Limits,
    Broadcasts,
    Erasures {}

export { FEWEST_SHARDS } from './due-list.ts';
export { MARK_EVERY } from './log.ts';
export { LOGGED_MAX } from './rooms.ts';

/** Storage failed; nothing is known to be wrong with the request. */
export class StoreFault extends Error {
  override readonly name = 'StoreFault';
}

/** The room may or may not have accepted the message. */
export class AcceptanceUnknown extends Error {
  override readonly name = 'AcceptanceUnknown';
}
