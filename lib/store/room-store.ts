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
import type { Rooms } from './rooms.ts';
import type { Users } from './users.ts';

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
export type * from './rooms.ts';
export type * from './users.ts';

/**
 * What the rules need from storage. Contract, which test/store/contract.ts runs on every engine:
 * - A read sees every write that was acknowledged before it began (consistent), except where it says otherwise.
 * - A conditional write happens whole or not at all; `false`/`undefined`/`'conflict'` = nothing was written.
 * - Each write may be repeated by the transport without changing the outcome (it recognises its own work).
 * - Rows past their expiry are never returned; expiry itself decides nothing.
 * - Faults (throttled beyond patience, unreachable) throw StoreFault; no SDK error leaves the store.
 */
export interface RoomStore
  extends Rooms,
    Members,
    Connections,
    Logins,
    DueList,
    Log,
    Entries,
    Users,
    Lists,
    Limits,
    Broadcasts,
    Erasures {}

export { DUE_SHARDS } from './due-list.ts';
export { MARK_EVERY } from './log.ts';

/** Storage could not do it; nothing is known to be wrong with the request. */
export class StoreFault extends Error {
  override readonly name = 'StoreFault';
}

/** The room may or may not have taken the message. */
export class AcceptanceUnknown extends Error {
  override readonly name = 'AcceptanceUnknown';
}
