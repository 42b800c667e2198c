import { isLive, newRoom, type Room, type RoomExpiry, roomExpiresAtMs } from '../../domain/room.ts';
import type { RoomId } from '../../protocol/ids.ts';
import { StoreFault } from '../../store/room-store.ts';
import type { Deps } from '../deps.ts';

/** What a room may start with beside its name. */
export interface RoomPlan {
  readonly end?: RoomExpiry;
  readonly muted?: boolean;
  /** Lays down what is on other rows. If it is broken off, the next creation of the room with such a plan does it. */
  readonly layDown?: () => Promise<void>;
}

/** Creates the room with a new epoch; one that is there, and not half-way, stays as it is. */
export async function createRoom(deps: Deps, id: RoomId, name: string, plan: RoomPlan = {}): Promise<Room> {
  const room = await createRow(deps, id, name, plan);
  if (plan.layDown === undefined || room.incomplete === undefined) return room;
  await plan.layDown();
  return (await deps.store.noteComplete(id, room.epoch)) ?? room;
}

async function createRow(deps: Deps, id: RoomId, name: string, plan: RoomPlan): Promise<Room> {
  const end = plan.end ?? { destroyType: 'idle', destroyAfterMin: deps.settings.destroyAfterMin };
  const room: Room = {
    ...newRoom(id, name, deps.randomId(), deps.now(), end),
    muted: plan.muted === true,
    ...(plan.layDown === undefined ? {} : { incomplete: true }),
  };
  // Before the room, so that none is without an entry; one that comes to nothing is dropped when it is looked at.
  await deps.store.arm(roomExpiresAtMs(room), [{ kind: 'room', room: id }]);
  // Before the room: who reads the list looks at each room as well.
  if (room.muted) await deps.store.addToList('muted-rooms', [{ item: id, untilMs: 0 }]);
  if (await deps.store.createRoom(room)) return room;
  const other = await deps.store.getRoom(id);
  if (isLive(other)) return other;
  throw new StoreFault('unable to create the room; it is being destroyed at the same time');
}
