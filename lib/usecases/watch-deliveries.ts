import { isAbandoned, LONG_LEASE_MS } from '../domain/delivery.ts';
import { inParallel } from '../domain/in-parallel.ts';
import { isLive } from '../domain/room.ts';
import { type LeaseLeft, StoreFault } from '../store/room-store.ts';
import type { Deps } from './deps.ts';
import type { DeliverJob } from './steps/delivery-job.ts';

const ROOMS_IN_FLIGHT = 16;

/**
 * Waits until the leases have lapsed, and has each delivery continued whose Lambda has died. A lease that was renewed
 * since is left to the record of that write. Throws where a delivery could not be continued: the stream then repeats the
 * records.
 */
export async function watchDeliveries(deps: Deps, leases: readonly LeaseLeft[]): Promise<void> {
  const newest = new Map(leases.map((lease) => [`${lease.room}#${lease.epoch}`, lease]));
  const waitMs = Math.max(0, ...[...newest.values()].map(({ untilMs }) => untilMs + 1 - deps.now()));
  await deps.sleep(Math.min(waitMs, LONG_LEASE_MS));
  await inParallel([...newest.values()], ROOMS_IN_FLIGHT, (lease) => continueIfAbandoned(deps, lease));
}

async function continueIfAbandoned(deps: Deps, { room: roomId, epoch, leaseId, untilMs }: LeaseLeft): Promise<void> {
  const room = await deps.store.getRoom(roomId);
  if (!isLive(room) || room.epoch !== epoch) return;
  const { lease } = room.delivery;
  if (lease === undefined || lease.id !== leaseId || lease.untilMs > untilMs) return;
  // The clock of the Lambda that took the lease is ahead of this one.
  if (!isAbandoned(room, deps.now())) throw new StoreFault('unable to continue a delivery; its lease has not lapsed');
  const job: DeliverJob = { kind: 'deliver', room: roomId, epoch, leaseId };
  if ((await deps.doorbell.ring(job)) === 'failed') {
    throw new StoreFault('unable to continue a delivery; no Lambda could be started');
  }
}
