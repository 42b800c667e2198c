import type { UserId } from '../protocol/ids.ts';
import type { RoomWalk, WalkPut } from './walks.ts';

/** Deleted users who are to be removed from all rooms. */
export interface Erasure extends RoomWalk {
  readonly id: string;
  readonly userIds: readonly UserId[];
  readonly atMs: number;
}

/** Erasures in progress. */
export interface Erasures {
  /** The row as it is now; undefined = it has expired. */
  getErasure(id: string): Promise<Erasure | undefined>;
  /** To continue: event erasure. A put with a later checkpoint continues from there. */
  putErasure(erasure: Erasure, expiresAtMs: number, put: WalkPut): Promise<void>;
}
