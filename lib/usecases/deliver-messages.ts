import { LONG_LEASE_MS } from '../domain/delivery.ts';
import type { Deps } from './deps.ts';
import type { DeliverJob } from './steps/delivery-job.ts';
import { RoomDelivery } from './steps/room-delivery.ts';

/** What remains until the end of a run is for the posts under way and for handing over. */
const HAND_OVER_MS = 10_000;

/**
 * Delivers a room's messages, one frame per connection and window, until the room is quiet. Of several runs for one job only
 * the first gets the lease. Before the run's time is over it hands over to another one, and begins no round that it would not
 * end. `untilMs`: when the run must end.
 */
export async function deliverMessages(deps: Deps, job: DeliverJob, untilMs: number): Promise<void> {
  const lease = { id: deps.randomId(), untilMs: deps.now() + LONG_LEASE_MS };
  const room = await deps.store.takeOverDelivery(job.room, job.epoch, job.leaseId, lease);
  if (room === undefined) return;
  const stopMs = untilMs - HAND_OVER_MS;
  const delivery = new RoomDelivery(deps, room, { leaseId: lease.id, isCrowded: job.isCrowded === true, stopMs });
  while (deps.now() < stopMs) {
    const step = await delivery.step();
    if (step === 'ended') return delivery.postToLate();
    if (step === 'late') break;
  }
  await delivery.keep();
  await deps.doorbell.ring({ ...job, leaseId: lease.id });
}
