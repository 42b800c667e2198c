import type { RoomId } from '../domain/ids.ts';
import { emptyMember, type Member } from '../domain/member.ts';
import type { Deps } from './deps.ts';
import { eachOf, memberPages } from './fan-out.ts';

const ROWS_IN_FLIGHT = 32;

/**
 * DESTROY: one write ends the room and with it every membership; telling and tidying follow. The destroyed row stays until
 * they are done, so calling again finishes what a crash left. False = no such room.
 */
export async function destroyRoom(deps: Deps, roomId: RoomId, byItself: boolean): Promise<boolean> {
  const room = await deps.store.getRoom(roomId);
  if (room === undefined) return false;
  if (room.destroyedAtMs === undefined) {
    // Before the room itself: a room made anew under this id must not lose what is laid down for it.
    await deps.store.removeFromSet('kept-rooms', [roomId]);
    await deps.store.removeFromList('muted-rooms', [roomId]);
    await deps.store.destroyRoom(roomId, room.epoch, deps.now(), byItself);
  }
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

/** A deleted row would say that its member has left, or was kicked; an empty one says nothing and expires at once. */
async function forget(deps: Deps, row: Member): Promise<void> {
  if (row.membership === undefined) await deps.store.deleteMember(row);
  else await deps.store.putMember(emptyMember(row.room, row.userId, row.roomEpoch), row.revision);
}
