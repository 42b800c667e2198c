import { isLive } from '../../domain/room.ts';
import { isRoomId, type RoomId } from '../../protocol/ids.ts';
import type { Deps } from '../deps.ts';
import { armOffline } from '../steps/arm-offline.ts';

const ROOMS_IN_PAGE = 50;
/** The checkpoint is written this often at least, so a run that dies leaves no more than this to be walked again. */
const NOTE_MS = 5_000;
/** Several runs may overlap; each removes the checkpoints that it found. */
const CHECKPOINTS_MAX = 10;
/** The checkpoint of a finished walk: it is not a room id, and sorts before every room id. */
const DONE = '#';
/**
 * Once the real-time service is switched on, finds the members who have been offline for long, room by room (case 26).
 * The set holds a checkpoint, so that a run continues where the previous one ended. Throws after a room that cannot be
 * read: the next run skips it.
 */
export async function watchOffline(deps: Deps, untilMs: number): Promise<void> {
  // Nearly always there is nothing to do, and an eventually consistent read is enough to find that.
  const eventual = await readCheckpoints(deps, 'eventual');
  if (!deps.settings.realTimeKickOut) {
    if (eventual.length > 0) await deps.store.removeFromSet('real-time-walk', eventual);
    return;
  }
  if (eventual[0] === DONE) return;
  // Runs that died or overlapped may have left several, each of them correct.
  const checkpoints = await readCheckpoints(deps, 'consistent');
  const [first = ''] = checkpoints;
  if (first !== DONE && deps.now() < untilMs) await walk(deps, first, checkpoints, untilMs);
}
async function readCheckpoints(deps: Deps, read: 'consistent' | 'eventual'): Promise<readonly string[]> {
  return (await deps.store.readSet('real-time-walk', read)).toSorted((one, other) => (one < other ? -1 : 1));
}
async function walk(deps: Deps, from: string, found: readonly string[], untilMs: number): Promise<void> {
  let [checkpoint, noted, notedAtMs] = [from, [from, ...found], deps.now()];
  const note = async () => {
    if (noted.includes(checkpoint)) return;
    await deps.store.addToSet('real-time-walk', [checkpoint], CHECKPOINTS_MAX);
    await deps.store.removeFromSet('real-time-walk', noted);
    [noted, notedAtMs] = [[checkpoint], deps.now()];
  };
  try {
    for await (checkpoint of checkpointsFrom(deps, from)) {
      if (deps.now() >= untilMs) return;
      if (deps.now() - notedAtMs >= NOTE_MS) await note();
    }
  } finally {
    await note();
  }
}
/** Arms a timer for each offline member. Each checkpoint covers what is done when it is yielded. */
async function* checkpointsFrom(deps: Deps, from: string): AsyncGenerator<string> {
  const [, room = '', cursor] = /^([^#]*)#?(.+)?$/.exec(from) ?? [];
  if (cursor !== undefined && isRoomId(room)) yield* checkpointsIn(deps, room, cursor);
  for (let last = room; last !== DONE; ) {
    const rooms = await deps.store.readList('rooms', { afterItem: last, limit: ROOMS_IN_PAGE }, deps.now());
    for (const { item } of rooms) if (isRoomId(item)) yield* checkpointsIn(deps, item, undefined);
    last = rooms.at(-1)?.item ?? DONE;
  }
  yield DONE;
}
/**
 * A room may have more members than a run has time for: inside it a checkpoint is the room and the cursor, after it the
 * room.
 */
async function* checkpointsIn(deps: Deps, roomId: RoomId, from: string | undefined): AsyncGenerator<string> {
  let cursor = from;
  try {
    do {
      cursor = await watchPage(deps, roomId, cursor);
      if (cursor !== undefined) yield `${roomId}#${cursor}`;
    } while (cursor !== undefined);
  } catch (cause) {
    yield roomId;
    throw new Error(`unable to find members who are offline in ${roomId}; it is passed over`, { cause });
  }
  yield roomId;
}
/** Returns the cursor of the next page; undefined = there is none. */
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
