import { isCrowded } from '../../domain/delivery.ts';
import type { Room } from '../../domain/room.ts';
import type { ListedConnection } from '../../store/room-store.ts';
import type { Deps } from '../deps.ts';
import { type Delivered, postDelivered } from './fan-out.ts';
import { lifeOf } from './life-of.ts';
import { membersIn } from './member-pages.ts';
import { connectionsOf } from './post-frames.ts';

/** Begins a cursor in the list of those who are connected; the others are in the list of all rows. */
const LISTED = 'listed#';

interface Page {
  readonly connections: readonly ListedConnection[];
  readonly next: string | undefined;
}

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
  let { cursor = isCrowded(room, deps.now()) ? LISTED : undefined } = from;
  do {
    const page = cursor?.startsWith(LISTED)
      ? await listedPage(deps, room, cursor)
      : await memberPage(deps, room, cursor);
    await postDelivered(deps, room, page.connections, delivered);
    cursor = page.next;
  } while (cursor !== undefined && deps.now() < from.stopMs);
  return cursor;
}

/** In a crowded room: reads nobody who is offline. */
async function listedPage(deps: Deps, room: Room, cursor: string): Promise<Page> {
  const { connections, next } = await deps.store.listConnected(lifeOf(room), cursor.slice(LISTED.length), undefined);
  return { connections, next: next === undefined ? undefined : `${LISTED}${next}` };
}

async function memberPage(deps: Deps, room: Room, cursor: string | undefined): Promise<Page> {
  const page = await deps.store.listMembers(room.roomId, cursor);
  return { connections: connectionsOf(membersIn(room, page.members)), next: page.cursor };
}
