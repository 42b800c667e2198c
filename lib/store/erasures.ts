import type { UserId } from '../protocol/ids.ts';

/** Deleted users who are to be removed from all rooms. */
export interface Erasure {
  readonly id: string;
  readonly userIds: readonly UserId[];
  readonly atMs: number;
  /** The checkpoint: the rooms up to this one are done; '' = none yet. */
  readonly afterRoom: string;
}

/** Erasures in progress. */
export interface Erasures {
  /** Event: erasure. A put with a later `afterRoom` continues from there. */
  putErasure(erasure: Erasure, expiresAtMs: number): Promise<void>;
}
