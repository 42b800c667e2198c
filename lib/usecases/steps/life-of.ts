import type { Room } from '../../domain/room.ts';
import type { RoomLife } from '../../store/room-store.ts';

/** The life of the room that was read: of its log, its index, its jobs. */
export const lifeOf = ({ roomId, epoch }: Room): RoomLife => ({ roomId, epoch });
