import type { RoomId } from '../protocol/ids.ts';

/** A room in which a walk has begun, and where it continues; absent = at its first page. */
export interface RoomRest {
  readonly room: RoomId;
  readonly cursor?: string | undefined;
}

/** The checkpoint of a walk through all rooms. */
export interface RoomWalk {
  /** The rooms up to this one are done, or in `rest`; '' = none yet. */
  readonly afterRoom: string;
  readonly rest: readonly RoomRest[];
}

/** Whether a put is to start the next run, or only notes what is done. */
export type WalkPut = 'continue' | 'note';
