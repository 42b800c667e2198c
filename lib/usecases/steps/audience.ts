import { isCrowded } from '../../domain/delivery.ts';
import type { Room } from '../../domain/room.ts';
import type { ListedConnection } from '../../store/room-store.ts';
import type { Deps } from '../deps.ts';
import { lifeOf } from './life-of.ts';
import { memberPages } from './member-pages.ts';
import { connectionsOf } from './post-frames.ts';

/**
 * Everyone who is connected, page by page in a fixed order that begins at a random connection: so that the same ones are
 * not always the last. Reads nobody who is offline. May lack who has joined in this moment.
 */
export async function* listedConnections(deps: Deps, room: Room): AsyncGenerator<readonly ListedConnection[]> {
  const start = deps.store.cursorAt(deps.random());
  for (const [from, to] of [
    [start, undefined],
    ['', start],
  ] as const) {
    let cursor: string | undefined = from;
    do {
      const page = await deps.store.listConnected(lifeOf(room), cursor, to);
      yield page.connections;
      cursor = page.next;
    } while (cursor !== undefined);
  }
}

/** Everyone who is connected: in a small room by a consistent read of all rows, in a crowded one as they are listed. */
export async function* audience(deps: Deps, room: Room): AsyncGenerator<readonly ListedConnection[]> {
  if (isCrowded(room, deps.now())) yield* listedConnections(deps, room);
  else for await (const members of memberPages(deps, room)) yield connectionsOf(members);
}
