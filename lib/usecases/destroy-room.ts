import type { RoomId } from '../domain/ids.ts';
import type { Deps } from './deps.ts';
import { eachOf, memberPages } from './fan-out.ts';

const ROWS_IN_FLIGHT = 32;

/**
 * DESTROY: one write ends the room and with it every membership; telling and tidying follow. The destroyed row stays until
 * they are done, so calling again finishes what a crash left. False = no such room.
 */
export async function destroyRoom(deps: Deps, roomId: RoomId): Promise<boolean> {
  const room = await deps.store.getRoom(roomId);
  if (room === undefined) return false;
  if (room.destroyedAtMs === undefined) await deps.store.destroyRoom(roomId, room.epoch, deps.now());
  const frame = { event: 'destroyed', room: roomId, roomEpoch: room.epoch, automatic: false } as const;
  for await (const rows of memberPages(deps, room, 'every row')) {
    await eachOf(rows, ROWS_IN_FLIGHT, async (row) => {
      for (const connection of row.connections) {
        await deps.store.removeConnectionRoom(connection, roomId);
        await deps.push.post(connection, frame);
      }
      await deps.store.deleteMember(row);
    });
  }
  await deps.store.removeRoom(roomId, room.epoch);
  return true;
}
