import type { UserId } from '../protocol/ids.ts';

/** Users who were deleted and are to be taken out of all rooms. */
export interface Erasure {
  readonly id: string;
  readonly userIds: readonly UserId[];
  readonly atMs: number;
  /** The rooms up to here are done; '' = none yet. */
  readonly afterRoom: string;
}

/** Deletions of users that are under way. */
export interface Erasures {
  /** News: erasure. Put again with a later `afterRoom` it goes on from there. */
  putErasure(erasure: Erasure, expiresAtMs: number): Promise<void>;
}
