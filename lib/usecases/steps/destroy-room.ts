import { inParallel } from '../../domain/in-parallel.ts';
import type { Room } from '../../domain/room.ts';
import type { RoomId } from '../../protocol/ids.ts';
import type { Deps } from '../deps.ts';
import { forgetRow } from './end-membership.ts';
import { memberPages } from './member-pages.ts';

const ROWS_IN_FLIGHT = 32;

/** After this the sweep sees whether the work was done. */
export const LOOK_AFTER_MS = 60_000;

/**
 * DESTROY: one write ends the room and with it every membership; telling and tidying follow. The destroyed row stays until
 * they are done, so calling again, or the sweep, finishes what a crash left. `unless` = the live room as read, where it goes
 * by itself. False = no such room, or it has changed since then.
 */
export async function destroyRoom(deps: Deps, roomId: RoomId, byItself: boolean, unless?: Room): Promise<boolean> {
  const room = unless ?? (await deps.store.getRoom(roomId));
  if (room === undefined) return false;
  const ended = room.destroyedAtMs === undefined ? await endRoom(deps, room, byItself, unless) : room;
  // Somebody else has ended it at the same moment, and does the rest.
  if (ended === undefined) return unless === undefined;
  await tidyUp(deps, ended);
  return true;
}

/**
 * Tells of a destroyed room and removes what was in it, and nothing of a room made anew under its id. On the rows of its
 * connections it stays: they may have joined the new one by now.
 */
export async function tidyUp(deps: Deps, room: Room): Promise<void> {
  const { roomId, epoch: roomEpoch, destroyedAutomatically: automatic = false } = room;
  const frame = { event: 'destroyed', room: roomId, roomEpoch, automatic } as const;
  for await (const rows of memberPages(deps, room, 'every row')) {
    await inParallel(rows, ROWS_IN_FLIGHT, async (row) => {
      for (const connectionId of row.connections) await deps.push.post(connectionId, frame);
      await forgetRow(deps, row);
    });
  }
  await deps.store.removeEntries(roomId, roomEpoch);
  await deps.store.removeRoom(roomId, roomEpoch);
}

/** undefined = somebody else has ended it, or it has changed. */
async function endRoom(
  deps: Deps,
  { roomId, epoch }: Room,
  byItself: boolean,
  unless: Room | undefined,
): Promise<Room | undefined> {
  // Before the room itself: a room made anew under this id must not lose what is laid down for it.
  if (!byItself) {
    await deps.store.removeFromSet('kept-rooms', [roomId]);
    await deps.store.removeFromList('muted-rooms', [roomId]);
  }
  await deps.store.arm(deps.now() + LOOK_AFTER_MS, [{ kind: 'room', room: roomId }]);
  return deps.store.destroyRoom(roomId, epoch, deps.now(), byItself, unless);
}
