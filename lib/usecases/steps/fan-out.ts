import type { Room } from '../../domain/room.ts';
import type { Deps } from '../deps.ts';
import { type Delivered, type Excluded, postingDelivery } from './delivery.ts';
import { memberPages } from './member-pages.ts';

/** Delivers a frame to every connection in the room but those excluded. */
export async function fanOut(deps: Deps, room: Room, frame: Delivered['frame'], except?: Excluded): Promise<void> {
  const delivery = postingDelivery(deps);
  for await (const members of memberPages(deps, room)) await delivery.toMembers(room, members, { frame, except });
}
