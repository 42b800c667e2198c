import { inParallel } from '../../domain/in-parallel.ts';
import { isRoomId, type RoomId } from '../../protocol/ids.ts';
import type { Deps } from '../deps.ts';

const ROOMS_IN_RUN = 50;
const ROOMS_IN_FLIGHT = 4;

/** Runs `work` for the next rooms. Returns the last of them, after which the next run continues; undefined = no more. */
export async function walkRooms(
  deps: Deps,
  afterRoom: string,
  work: (room: RoomId) => Promise<void>,
): Promise<string | undefined> {
  const page = await deps.store.readList('rooms', { afterItem: afterRoom, limit: ROOMS_IN_RUN }, deps.now());
  await inParallel(page.map(({ item }) => item).filter(isRoomId), ROOMS_IN_FLIGHT, work);
  return page.length === ROOMS_IN_RUN ? page.at(-1)?.item : undefined;
}
