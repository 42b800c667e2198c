import { isLive, newRoom, type Room, type RoomExpiry, roomExpiresAtMs } from '../../domain/room.ts';
import type { RoomId } from '../../protocol/ids.ts';
import { StoreFault } from '../../store/room-store.ts';
import type { Deps } from '../deps.ts';

/** What a room may start with besides its name. */
export interface RoomPlan {
  readonly end?: RoomExpiry;
  readonly muted?: boolean;
  /**
   * Stores what belongs on other rows. If it is interrupted, the next creation with a `storeMore` completes the room.
   */
  readonly storeMore?: () => Promise<void>;
}

/** Creates the room with a new epoch; a live room stays as it is, but an incomplete one is completed. */
export async function createRoom(deps: Deps, id: RoomId, name: string, plan: RoomPlan = {}): Promise<Room> {
  const room = await createRow(deps, id, name, plan);
  if (plan.storeMore === undefined || room.incomplete === undefined) return room;
  await plan.storeMore();
  return (await deps.store.noteComplete(id, room.epoch)) ?? room;
}

async function createRow(deps: Deps, id: RoomId, name: string, plan: RoomPlan): Promise<Room> {
  const end = plan.end ?? { destroyType: 'idle', destroyAfterMin: deps.settings.destroyAfterMin };
  const room: Room = {
    ...newRoom(id, name, deps.randomId(), deps.now(), end),
    muted: plan.muted === true,
    ...(plan.storeMore === undefined ? {} : { incomplete: true }),
  };
  // Before the room, so that no room is without a timer; the sweep ignores one whose room was never created.
  await deps.store.arm(roomExpiresAtMs(room), [{ kind: 'room', room: id }]);
  // Before the room: a reader of the list reads each room as well.
  if (room.muted) await deps.store.addToList('muted-rooms', [{ item: id, untilMs: 0 }]);
  if (await deps.store.createRoom(room)) return room;
  const other = await deps.store.getRoom(id);
  if (isLive(other)) return other;
  throw new StoreFault('unable to create the room; it is being destroyed at the same time');
}
