import { inParallel } from '../../domain/in-parallel.ts';
import type { Room } from '../../domain/room.ts';
import type { RoomId } from '../../protocol/ids.ts';
import type { RoomLife } from '../../store/room-store.ts';
import type { Deps } from '../deps.ts';
import { forgetRow } from './end-membership.ts';
import { memberPages } from './member-pages.ts';

const ROWS_IN_FLIGHT = 32;

/** After this time the sweep finishes a destruction that was interrupted. */
export const FINISH_AFTER_MS = 60_000;

/**
 * DESTROY: one write ends the room and with it every membership; the notices and the removal of its rows follow. The
 * destroyed row stays until they are done, so another call, or the sweep, finishes what a crash left. `unless` = the
 * live room as read, if it expires. false = no such room, or it has changed since.
 */
export async function destroyRoom(deps: Deps, roomId: RoomId, automatic: boolean, unless?: Room): Promise<boolean> {
  const room = unless ?? (await deps.store.getRoom(roomId));
  if (room === undefined) return false;
  const ended = room.destroyedAtMs === undefined ? await endRoom(deps, room, automatic, unless) : room;
  // Another call has ended it concurrently, and does the rest.
  if (ended === undefined) return unless === undefined;
  await removeRows(deps, ended);
  return true;
}

/**
 * Notifies the members of a destroyed room and removes its rows, but none of a new room under its id. The room stays on
 * the rows of its connections: they may have joined the new one by now.
 */
export async function removeRows(deps: Deps, room: RoomLife & Pick<Room, 'destroyedAutomatically'>): Promise<void> {
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

/** undefined = another call has ended it, or it has changed. */
async function endRoom(
  deps: Deps,
  { roomId, epoch }: Room,
  automatic: boolean,
  unless: Room | undefined,
): Promise<Room | undefined> {
  // Before the end of the room: a new room under this id must not lose what is set for it.
  if (!automatic) {
    await deps.store.removeFromSet('kept-rooms', [roomId]);
    await deps.store.removeFromList('muted-rooms', [roomId]);
  }
  await deps.store.arm(deps.now() + FINISH_AFTER_MS, [{ kind: 'destroyed-room', room: roomId, epoch }]);
  return deps.store.destroyRoom(roomId, epoch, deps.now(), automatic, unless);
}
