import type { Room } from '../../domain/room.ts';
import type { RoomLife } from '../../store/room-store.ts';

/** The room's log, as the store names it. */
export const lifeOf = ({ roomId, epoch }: Room): RoomLife => ({ roomId, epoch });
