import type { Room } from '../../domain/room.ts';
import type { Deps } from '../deps.ts';
import { type Delivered, postingDelivery } from './delivery.ts';

/**
 * Posts to the connections of a room, page by page of its members, until `stopMs`, but one page at least. Returns the
 * cursor of the next page; undefined = all are done.
 */
export async function postToRoom(
  deps: Deps,
  room: Room,
  delivered: Delivered,
  from: { readonly cursor: string | undefined; readonly stopMs: number },
): Promise<string | undefined> {
  const delivery = postingDelivery(deps);
  let { cursor } = from;
  do {
    const page = await deps.store.listMembers(room.roomId, cursor);
    const members = page.members.filter(
      ({ roomEpoch, membershipId }) => roomEpoch === room.epoch && membershipId !== undefined,
    );
    await delivery.toMembers(room, members, delivered);
    cursor = page.cursor;
  } while (cursor !== undefined && deps.now() < from.stopMs);
  return cursor;
}
