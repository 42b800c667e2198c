import type { RoomId } from '../domain/ids.ts';
import { isLive, type Room } from '../domain/room.ts';
import { StoreFault } from '../store/room-store.ts';
import type { Deps } from './deps.ts';

/** Creates the room with a new epoch, or returns the one that is there. */
export async function createRoom(deps: Deps, id: RoomId, name: string): Promise<Room> {
  const room: Room = {
    room: id,
    name,
    epoch: deps.randomId(),
    createdAtMs: deps.now(),
    seq: 0,
    lastMessageAtMs: 0,
    fence: 0,
    protectedSince: {},
    unprotectedSeq: {},
    tail: [],
  };
  if (await deps.store.createRoom(room)) return room;
  const other = await deps.store.getRoom(id);
  if (isLive(other)) return other;
  throw new StoreFault('unable to create the room; it is being destroyed at the same time');
}
