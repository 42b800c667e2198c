import { DAY_MS } from '../../domain/time.ts';
import type { RoomId, UserId } from '../../protocol/ids.ts';
import type { Erasure, Timer, WalkPut } from '../../store/room-store.ts';
import type { Deps } from '../deps.ts';
import { eraseFromRoom, usersWithState } from './erase-from-room.ts';
import { isOver, walkRooms } from './walk-rooms.ts';

/** If the stream gives up a run, an operator repeats the same call. */
const KEPT_MS = 7 * DAY_MS;
/** Erases users from further rooms until `stopMs`, then writes the row, for the stream if there is more to do. */
export async function continueErasure(deps: Deps, id: string, stopMs: number): Promise<void> {
  const erasure = await deps.store.getErasure(id);
  if (erasure === undefined || isOver(erasure)) return;
  const work = async (room: RoomId) => {
    await eraseOrLeave(deps, room, erasure.userIds);
    return undefined;
  };
  const note = (walk: object) => putErasure(deps, { ...erasure, ...walk }, 'note');
  const walk = await walkRooms(deps, erasure, stopMs, { work, note });
  await putErasure(deps, { ...erasure, ...walk }, isOver(walk) ? 'note' : 'continue');
}
/** A room that fails holds up no other: the sweep tries it until it succeeds. */
async function eraseOrLeave(deps: Deps, room: RoomId, users: readonly UserId[]): Promise<void> {
  let left = users;
  try {
    left = await usersWithState(deps, room, users);
    for (; left[0] !== undefined; left = left.slice(1)) await eraseFromRoom(deps, room, left[0]);
  } catch (fault) {
    deps.onFault('remove deleted users from a room', fault);
    const timers = left.map((userId): Timer => ({ kind: 'erasure', room, userId }));
    await deps.store.arm(deps.now(), timers);
  }
}
/** The same expiry in every run: a row that is written again unchanged causes no event. */
export const putErasure = (deps: Deps, erasure: Erasure, put: WalkPut): Promise<void> =>
  deps.store.putErasure(erasure, erasure.atMs + KEPT_MS, put);
