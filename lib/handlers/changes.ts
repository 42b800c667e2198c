import type { EventQueue } from '../push/event-queue.ts';
import type { Change, StreamRecord } from '../store/room-store.ts';
import { announceChanges } from '../usecases/announce-changes.ts';
import type { Deps } from '../usecases/deps.ts';
import type { DepsAt } from './deps.ts';

/** The Lambda has 60 s, so what begins before the end of this budget can finish. */
const BUDGET_MS = 40_000;

export interface StreamResult {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}

/** A record and what it reports. */
interface Read {
  readonly change: Change;
  readonly sequenceNumber: string;
}

/**
 * A batch of the table's stream. A record that cannot be read is reported and skipped, so that it holds up no other. When
 * storage or the queue fails, or the time is up, the answer names the first record that is not done, and the stream
 * continues from there. Throws where that is the first of several: Lambda then splits the batch, until a record that
 * fails for good is alone and is given up alone. `now`: the host's clock, ms since 1970; the stream may be far behind
 * it, and a connection that turns out to be gone is noticed only now.
 */
export function changesHandler(
  depsAt: DepsAt,
  now: () => number,
  events: EventQueue | undefined,
  readChange: (record: StreamRecord) => Change | undefined,
) {
  return async ({ Records }: { readonly Records: readonly StreamRecord[] }): Promise<StreamResult> => {
    const last = Records.at(-1);
    if (last === undefined) return { batchItemFailures: [] };
    const deps = depsAt(Math.max(last.dynamodb.ApproximateCreationDateTime * 1000, now()));
    const read = Records.flatMap((record) => readOrReport(deps, record, readChange));
    const changes = read.map(({ change }) => change);
    const done = await announceChanges(deps, events, changes, deps.now() + BUDGET_MS);
    const undone = read[done];
    if (undone === undefined) return { batchItemFailures: [] };
    if (done === 0 && read.length > 1)
      throw new Error('unable to announce the changes; the first fails, and Lambda splits the batch');
    return { batchItemFailures: [{ itemIdentifier: undone.sequenceNumber }] };
  };
}

function readOrReport(
  deps: Deps,
  record: StreamRecord,
  readChange: (record: StreamRecord) => Change | undefined,
): readonly Read[] {
  const sequenceNumber = record.dynamodb.SequenceNumber;
  try {
    const change = readChange(record);
    return change === undefined ? [] : [{ change, sequenceNumber }];
  } catch (fault) {
    deps.onFault(`read the change ${sequenceNumber}`, fault);
    return [];
  }
}
