import type { LeaseLeft, StreamRecord } from '../store/room-store.ts';
import { watchDeliveries } from '../usecases/watch-deliveries.ts';
import type { DepsAt } from './deps.ts';

/**
 * A batch of the table's stream: rooms' rows with a lease to deliver. Its records come again until a run has succeeded.
 * `now`: the host's clock, ms since 1970.
 */
export function watchHandler(
  depsAt: DepsAt,
  now: () => number,
  readLease: (record: StreamRecord) => LeaseLeft | undefined,
) {
  return async ({ Records }: { readonly Records: readonly StreamRecord[] }): Promise<void> => {
    const leases = Records.flatMap((record) => readLease(record) ?? []);
    if (leases.length > 0) await watchDeliveries(depsAt(now()), leases);
  };
}
