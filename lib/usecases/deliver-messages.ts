import { LONG_LEASE_MS } from '../domain/delivery.ts';
import type { Deps } from './deps.ts';
import type { DeliverJob } from './steps/delivery-job.ts';
import { RoomDelivery } from './steps/room-delivery.ts';

/** What remains until the end of a run is for the posts under way and for handing over. */
const HAND_OVER_MS = 10_000;

/**
 * Delivers a room's messages, one frame per connection and window, until the room is quiet. Of several runs for one job only
 * the first gets the lease. Before the run's time is over it hands over to another one. `untilMs`: when the run must end.
 */
export async function deliverMessages(deps: Deps, job: DeliverJob, untilMs: number): Promise<void> {
  const lease = { id: deps.randomId(), untilMs: deps.now() + LONG_LEASE_MS };
  const room = await deps.store.takeOverDelivery(job.room, job.epoch, job.leaseId, lease);
  if (room === undefined) return;
  const delivery = new RoomDelivery(deps, room, lease.id, job.isCrowded === true);
  while (deps.now() < untilMs - HAND_OVER_MS) {
    if ((await delivery.step()) === 'ended') return delivery.postToLate();
  }
  await delivery.keep();
  await deps.doorbell.ring({ ...job, leaseId: lease.id });
}
