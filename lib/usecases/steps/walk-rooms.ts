import { inParallel } from '../../domain/in-parallel.ts';
import { isRoomId, type RoomId } from '../../protocol/ids.ts';
import type { RoomRest, RoomWalk } from '../../store/room-store.ts';
import type { Deps } from '../deps.ts';

const ROOMS_IN_PAGE = 50;
const ROOMS_IN_FLIGHT = 4;
/** The checkpoint is noted this often at least, so a run that dies leaves no more than this to be repeated. */
const NOTE_MS = 5_000;
/** Sorts after every room id: the walk is over. */
export const LAST_ROOM = '~';

/**
 * What is done in a room, from its cursor on, until that time. Returns the cursor where it has stopped; undefined = the
 * room is finished.
 */
export type RoomWork = (room: RoomId, cursor: string | undefined, stopMs: number) => Promise<string | undefined>;

/**
 * Runs `work` in all rooms after the checkpoint `from`, first in those that an earlier run has not finished. Begins no
 * room after `stopMs`, but at least one. Returns the checkpoint to continue from; `note` gets those in between.
 */
export async function walkRooms(
  deps: Deps,
  from: RoomWalk,
  stopMs: number,
  steps: { readonly work: RoomWork; readonly note: (walk: RoomWalk) => Promise<void> },
): Promise<RoomWalk> {
  let walk = from;
  let noteAtMs = deps.now() + NOTE_MS;
  while (!isOver(walk)) {
    const visitRooms = walk.rest.length > 0 ? finishRooms : nextRooms;
    walk = await visitRooms(deps, walk, Math.min(stopMs, noteAtMs), steps.work);
    if (deps.now() >= stopMs) return walk;
    if (deps.now() < noteAtMs || isOver(walk)) continue;
    await steps.note(walk);
    noteAtMs = deps.now() + NOTE_MS;
  }
  return walk;
}

export const isOver = ({ afterRoom, rest }: RoomWalk): boolean => afterRoom === LAST_ROOM && rest.length === 0;

async function finishRooms(deps: Deps, walk: RoomWalk, stopMs: number, work: RoomWork): Promise<RoomWalk> {
  const { begun, rest } = await visit(deps, walk.rest, stopMs, work);
  return { ...walk, rest: [...rest, ...walk.rest.slice(begun)] };
}

async function nextRooms(deps: Deps, walk: RoomWalk, stopMs: number, work: RoomWork): Promise<RoomWalk> {
  const range = { afterItem: walk.afterRoom, limit: ROOMS_IN_PAGE };
  const page = (await deps.store.readList('rooms', range, deps.now())).map(({ item }) => item);
  const { begun, rest } = await visit(
    deps,
    page.filter(isRoomId).map((room) => ({ room })),
    stopMs,
    work,
  );
  const isLastPage = page.length < ROOMS_IN_PAGE && begun === page.filter(isRoomId).length;
  return { afterRoom: isLastPage ? LAST_ROOM : (page.filter(isRoomId)[begun - 1] ?? page.at(-1) ?? LAST_ROOM), rest };
}

/** Begins the rooms in their order. Returns how many it has begun, and those of them that are not finished. */
async function visit(
  deps: Deps,
  rooms: readonly RoomRest[],
  stopMs: number,
  work: RoomWork,
): Promise<{ readonly begun: number; readonly rest: readonly RoomRest[] }> {
  const rest: RoomRest[] = [];
  let begun = 0;
  await inParallel(rooms, ROOMS_IN_FLIGHT, async ({ room, cursor }) => {
    if (begun > 0 && deps.now() >= stopMs) return;
    begun += 1;
    const left = await work(room, cursor, stopMs);
    if (left !== undefined) rest.push({ room, cursor: left });
  });
  return { begun, rest };
}
