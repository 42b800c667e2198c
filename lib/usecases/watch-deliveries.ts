import { isAbandoned, LONG_LEASE_MS } from '../domain/delivery.ts';
import { inParallel } from '../domain/in-parallel.ts';
import { isLive } from '../domain/room.ts';
import { type LeaseLeft, StoreFault } from '../store/room-store.ts';
import type { Deps } from './deps.ts';
import { deliverJob } from './steps/delivery-job.ts';

const ROOMS_IN_FLIGHT = 16;

/**
 * Has each delivery continued whose Lambda has died. Most leases have ended by now; it waits until the others have lapsed. A
 * lease that was renewed since is left to the record of that write. Throws where a delivery could not be continued: the
 * stream then repeats the records.
 */
export async function watchDeliveries(deps: Deps, leases: readonly LeaseLeft[]): Promise<void> {
  const newest = new Map(leases.map((lease) => [`${lease.room}#${lease.epoch}`, lease]));
  const left: LeaseLeft[] = [];
  await inParallel([...newest.values()], ROOMS_IN_FLIGHT, async (lease) => {
    if ((await findAbandoned(deps, lease)) !== 'ended') left.push(lease);
  });
  if (left.length === 0) return;
  const waitMs = Math.max(0, ...left.map(({ untilMs }) => untilMs + 1 - deps.now()));
  await deps.sleep(Math.min(waitMs, LONG_LEASE_MS));
  await inParallel(left, ROOMS_IN_FLIGHT, (lease) => continueIfAbandoned(deps, lease));
}

/** 'ended' = the lease has ended, was renewed, or has another holder. */
async function findAbandoned(
  deps: Deps,
  { room: roomId, epoch, leaseId, untilMs }: LeaseLeft,
): Promise<'ended' | 'held' | 'abandoned'> {
  const room = await deps.store.getRoom(roomId);
  if (!isLive(room) || room.epoch !== epoch) return 'ended';
  const { lease } = room.delivery;
  if (lease === undefined || lease.id !== leaseId || lease.untilMs > untilMs) return 'ended';
  return isAbandoned(room, deps.now()) ? 'abandoned' : 'held';
}

async function continueIfAbandoned(deps: Deps, lease: LeaseLeft): Promise<void> {
  const found = await findAbandoned(deps, lease);
  if (found === 'ended') return;
  // The clock of the Lambda that took the lease is ahead of this one.
  if (found === 'held') throw new StoreFault('unable to continue a delivery; its lease has not lapsed');
  const { room, epoch, leaseId } = lease;
  if ((await deps.doorbell.ring(deliverJob({ roomId: room, epoch }, leaseId))) === 'failed') {
    throw new StoreFault('unable to continue a delivery; no Lambda could be started');
  }
}
