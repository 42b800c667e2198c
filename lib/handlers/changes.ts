import type { EventQueue } from '../push/event-queue.ts';
import type { Change, StreamRecord } from '../store/room-store.ts';
import { announceChanges } from '../usecases/announce-changes.ts';
import type { DepsAt } from './deps.ts';

export interface StreamResult {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}

/**
 * A batch of the table's stream. A record that cannot be read is reported and skipped, so that it holds up no other; when
 * storage or the queue fails, the whole batch is tried again. `now`: the host's clock, ms since 1970; the stream may be
 * far behind it, and a connection that turns out to be gone is noticed only now.
 */
export function changesHandler(
  depsAt: DepsAt,
  now: () => number,
  events: EventQueue | undefined,
  readChange: (record: StreamRecord) => Change | undefined,
) {
  return async ({ Records }: { readonly Records: readonly StreamRecord[] }): Promise<StreamResult> => {
    const [first] = Records;
    const last = Records.at(-1);
    if (first === undefined || last === undefined) return { batchItemFailures: [] };
    const deps = depsAt(Math.max(last.dynamodb.ApproximateCreationDateTime * 1000, now()));
    const changes = Records.flatMap((record) => {
      try {
        return readChange(record) ?? [];
      } catch (fault) {
        deps.onFault(`read the change ${record.dynamodb.SequenceNumber}`, fault);
        return [];
      }
    });
    try {
      await announceChanges(deps, events, changes);
      return { batchItemFailures: [] };
    } catch (fault) {
      deps.onFault('announce changes', fault);
      return { batchItemFailures: [{ itemIdentifier: first.dynamodb.SequenceNumber }] };
    }
  };
}
