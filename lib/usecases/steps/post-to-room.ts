import type { Room } from '../../domain/room.ts';
import type { Deps } from '../deps.ts';
import { type Delivered, postDelivered } from './fan-out.ts';
import { connectionsOf } from './post-frames.ts';

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
  let { cursor } = from;
  do {
    const page = await deps.store.listMembers(room.roomId, cursor);
    const members = page.members.filter(
      ({ roomEpoch, membershipId }) => roomEpoch === room.epoch && membershipId !== undefined,
    );
    await postDelivered(deps, room, connectionsOf(members), delivered);
    cursor = page.cursor;
  } while (cursor !== undefined && deps.now() < from.stopMs);
  return cursor;
}
