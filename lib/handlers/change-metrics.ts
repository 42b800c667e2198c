import type { Change, StreamRecord } from '../store/room-store.ts';
import type { StreamResult } from './changes.ts';

/** What the stream of the table reports, as counts; a join is among them only where joins are reported. */
export type CountedChange = 'joins' | 'leaves' | 'evictions' | 'blocks' | 'roomsCreated' | 'roomsDestroyed';

const COUNTED_ENDS = { left: 'leaves', offline: 'evictions', blocked: 'blocks' } as const;

function nameOf(change: Change): CountedChange | undefined {
  if (change.kind === 'joined') return 'joins';
  if (change.kind === 'room-created') return 'roomsCreated';
  if (change.kind === 'room-destroyed') return 'roomsDestroyed';
  if (change.kind === 'ended') return COUNTED_ENDS[change.member.ended?.reason ?? 'left'];
  return undefined;
}

/**
 * Counts the changes of each batch that `handle` has done with, one line for all. A record that comes again after a
 * failure is not counted before it is done.
 */
export function countChanges(
  handle: (batch: { readonly Records: readonly StreamRecord[] }) => Promise<StreamResult>,
  readChange: (record: StreamRecord) => Change | undefined,
  put: (counts: Readonly<Partial<Record<CountedChange, number>>>) => void,
) {
  return async (batch: { readonly Records: readonly StreamRecord[] }): Promise<StreamResult> => {
    const result = await handle(batch);
    const undone = result.batchItemFailures[0]?.itemIdentifier;
    const end = batch.Records.findIndex(({ dynamodb }) => dynamodb.SequenceNumber === undone);
    const counts: Partial<Record<CountedChange, number>> = {};
    for (const record of end < 0 ? batch.Records : batch.Records.slice(0, end)) {
      const name = countedName(record, readChange);
      if (name !== undefined) counts[name] = (counts[name] ?? 0) + 1;
    }
    put(counts);
    return result;
  };
}

function countedName(record: StreamRecord, readChange: (record: StreamRecord) => Change | undefined) {
  try {
    const change = readChange(record);
    return change === undefined ? undefined : nameOf(change);
  } catch {
    // The handler has reported a record that cannot be read.
    return undefined;
  }
}
