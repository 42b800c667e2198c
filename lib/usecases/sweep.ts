import { closeConnection } from './close-connection.ts';
import type { Deps } from './deps.ts';
import { eachOf } from './fan-out.ts';

const PAGE = 100;

export interface SweepReport {
  readonly due: number;
  readonly closed: number;
  readonly failed: number;
}

/** Closes what outlived API Gateway's limit, so no lost `$disconnect` leaves a ghost. A poison row is counted and skipped. */
export async function sweep(deps: Deps): Promise<SweepReport> {
  const due = await deps.store.dueConnections(deps.now(), PAGE);
  let closed = 0;
  await eachOf(due, 8, async (entry) => {
    try {
      await deps.push.close(entry.connectionId);
      await closeConnection(deps, entry);
      // Also where nothing but the entry was left of a connection.
      await deps.store.clearDue(entry);
      closed += 1;
    } catch (fault) {
      deps.onFault('close a connection in the sweep', fault);
    }
  });
  return { due: due.length, closed, failed: due.length - closed };
}
