import { isLive } from '../../domain/room.ts';
import { isRoomId, type RoomId } from '../../protocol/ids.ts';
import type { Deps } from '../deps.ts';
import { armOffline } from '../steps/arm-offline.ts';

const ROOMS_IN_PAGE = 50;
/** The place is noted this often at least, so a run that dies leaves no more than this to be walked again. */
const NOTE_MS = 5_000;
/** Several runs may be at work; each takes away what it found. */
const MOST_PLACES = 10;
/** No room is called so, and none comes before it. */
const DONE = '#';
/**
 * The real-time service was switched on: members who have been offline for long are looked for once, room by room (case
 * 26). The set holds a place up to which all have been seen, so that a run goes on where the former ended. Throws after a
 * room that cannot be read: the next run passes it over.
 */
export async function watchOffline(deps: Deps, untilMs: number): Promise<void> {
  const places = (await deps.store.readSet('real-time-walk')).toSorted((one, other) => (one < other ? -1 : 1));
  if (!deps.settings.realTimeKickOut) {
    if (places.length > 0) await deps.store.removeFromSet('real-time-walk', places);
    return;
  }
  // Runs that died or went at once have left several, each of them true.
  const [first = ''] = places;
  if (first !== DONE && deps.now() < untilMs) await walk(deps, first, places, untilMs);
}
async function walk(deps: Deps, from: string, found: readonly string[], untilMs: number): Promise<void> {
  let [place, noted, notedAtMs] = [from, [from, ...found], deps.now()];
  const note = async () => {
    if (noted.includes(place)) return;
    await deps.store.addToSet('real-time-walk', [place], MOST_PLACES);
    await deps.store.removeFromSet('real-time-walk', noted);
    [noted, notedAtMs] = [[place], deps.now()];
  };
  try {
    for await (place of placesFrom(deps, from)) {
      if (deps.now() >= untilMs) return;
      if (deps.now() - notedAtMs >= NOTE_MS) await note();
    }
  } finally {
    await note();
  }
}
/** Puts all who are offline on the due list. Each place is that of what is done by then. */
async function* placesFrom(deps: Deps, from: string): AsyncGenerator<string> {
  const [, room = '', cursor] = /^([^#]*)#?(.+)?$/.exec(from) ?? [];
  if (cursor !== undefined && isRoomId(room)) yield* placesIn(deps, room, cursor);
  for (let last = room; last !== DONE; ) {
    const rooms = await deps.store.readList('rooms', { afterItem: last, limit: ROOMS_IN_PAGE }, deps.now());
    for (const { item } of rooms) if (isRoomId(item)) yield* placesIn(deps, item, undefined);
    last = rooms.at(-1)?.item ?? DONE;
  }
  yield DONE;
}
/** A room may have more members than there is time: inside it a place is the room and the cursor, after it the room. */
async function* placesIn(deps: Deps, roomId: RoomId, from: string | undefined): AsyncGenerator<string> {
  let cursor = from;
  try {
    do {
      cursor = await watchPage(deps, roomId, cursor);
      if (cursor !== undefined) yield `${roomId}#${cursor}`;
    } while (cursor !== undefined);
  } catch (cause) {
    yield roomId;
    throw new Error(`unable to look for members who are offline in ${roomId}; it is passed over`, { cause });
  }
  yield roomId;
}
/** Returns where the next page begins; undefined = nowhere. */
async function watchPage(deps: Deps, roomId: RoomId, from: string | undefined): Promise<string | undefined> {
  const room = await deps.store.getRoom(roomId);
  if (!isLive(room)) return undefined;
  const { members, cursor } = await deps.store.listMembers(roomId, from);
  await armOffline(
    deps,
    members.filter(({ roomEpoch }) => roomEpoch === room.epoch),
  );
  return cursor;
}
