import { isLive } from '../domain/room.ts';
import type { Deps } from './deps.ts';
import type { EvictJob } from './steps/delivery-job.ts';
import { evictDue } from './steps/evict-due.ts';

/**
 * Ends the memberships of all members that the room's messages have evicted. They are evicted already, whatever becomes of
 * this: it removes their rows, and so notifies them and the room. Another run goes on where the time is over.
 */
export async function evictAllDue(deps: Deps, job: EvictJob, untilMs: number): Promise<void> {
  const { room: roomId, epoch } = job;
  let cursor: string | undefined = job.cursor;
  while (cursor !== undefined) {
    if (deps.now() >= untilMs) {
      await deps.doorbell.ring({ ...job, cursor });
      return;
    }
    const room = await deps.store.getRoom(roomId);
    if (!isLive(room) || room.epoch !== epoch) return;
    cursor = await evictDue(deps, room, cursor);
  }
}
