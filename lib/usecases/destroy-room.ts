import type { RoomId } from '../domain/ids.ts';
import { emptyMember, type Member } from '../domain/member.ts';
import type { Room } from '../domain/room.ts';
import type { Deps } from './deps.ts';
import { eachOf, memberPages } from './fan-out.ts';

const ROWS_IN_FLIGHT = 32;

/** After this the sweep sees whether the work was done. */
export const LOOK_AFTER_MS = 60_000;

/**
 * DESTROY: one write ends the room and with it every membership; telling and tidying follow. The destroyed row stays until
 * they are done, so calling again, or the sweep, finishes what a crash left. `unless` = the room as read, where it goes by
 * itself. False = no such room, or somebody joined, left or sent since then.
 */
export async function destroyRoom(deps: Deps, roomId: RoomId, byItself: boolean, unless?: Room): Promise<boolean> {
  const room = await deps.store.getRoom(roomId);
  if (room === undefined || (unless !== undefined && room.destroyedAtMs !== undefined)) return false;
  if (room.destroyedAtMs === undefined && !(await endRoom(deps, room, byItself, unless))) return false;
  const frame = { event: 'destroyed', room: roomId, roomEpoch: room.epoch, automatic: byItself } as const;
  for await (const rows of memberPages(deps, room, 'every row')) {
    await eachOf(rows, ROWS_IN_FLIGHT, async (row) => {
      for (const connectionId of row.connections) {
        await deps.store.removeConnectionRoom({ userId: row.userId, connectionId }, roomId);
        await deps.push.post(connectionId, frame);
      }
      await forget(deps, row);
    });
  }
  await deps.store.removeEntries(roomId, room.epoch);
  await deps.store.removeRoom(roomId, room.epoch);
  return true;
}

async function endRoom(deps: Deps, { room, epoch }: Room, byItself: boolean, unless?: Room): Promise<boolean> {
  // Before the room itself: a room made anew under this id must not lose what is laid down for it.
  if (!byItself) {
    await deps.store.removeFromSet('kept-rooms', [room]);
    await deps.store.removeFromList('muted-rooms', [room]);
  }
  await deps.store.arm(deps.now() + LOOK_AFTER_MS, [{ kind: 'room', room }]);
  const ended = await deps.store.destroyRoom(room, epoch, deps.now(), byItself, unless);
  return ended !== undefined || unless === undefined;
}

/** A deleted row would say that its member has left, or was kicked; an empty one says nothing and expires at once. */
async function forget(deps: Deps, row: Member): Promise<void> {
  if (row.membership === undefined) await deps.store.deleteMember(row);
  else await deps.store.putMember(emptyMember(row.room, row.userId, row.roomEpoch), row.revision);
}
