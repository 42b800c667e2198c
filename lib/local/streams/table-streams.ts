import type { CreatedTable } from '../dynamodb/create-tables.ts';
import type { ServiceAnswer, ServiceCall } from '../services/service.ts';
import type { LocalTable } from '../template/stack-description.ts';
import { type ChangeReader, openEmulatorStream } from './emulator-stream.ts';
import { isChange, type StreamRecord, toStreamRecord } from './stream-record.ts';
import { isOf, writesOf } from './table-writes.ts';
import { createWriteRecorder } from './write-recorder.ts';

/** A reader of one table's stream. */
export interface StreamReader {
  /** The shard that the last read was from. */
  readonly shardId: string;
  /** The next records, at most `limit`; none when the end is reached. */
  read(limit: number): Promise<StreamRecord[]>;
  /** Calls back whenever there may be something to read. */
  onWrite(listener: () => void): void;
}

/** The streams of a stack's tables. */
export interface TableStreams {
  open(tableId: string): Promise<StreamReader>;
  /** All requests of the functions pass through here, so that nobody has to poll for what they write. */
  pass(call: ServiceCall, forward: () => Promise<ServiceAnswer>): Promise<ServiceAnswer>;
}

/** What the streams are made from. */
export interface TableStreamsOptions {
  readonly endpoint: string;
  readonly tables: readonly CreatedTable[];
  readonly now: () => number;
}

/** Makes the streams of these tables: the engine's own where it has them, else by watching the writes. */
export function createTableStreams({ endpoint, tables, now }: TableStreamsOptions): TableStreams {
  const listeners: { readonly table: LocalTable; readonly listener: () => void }[] = [];
  const recorder = createWriteRecorder({ endpoint, now });
  const openChanges = ({ table, isNew, emulatorStreamArn }: CreatedTable): Promise<ChangeReader> | ChangeReader => {
    if (emulatorStreamArn === undefined) return recorder.open(table);
    // Of a table that was there before, an earlier run has handled the records; where it stopped is not known. Of a new
    // one all are wanted, even those written before the reader was there.
    const from = isNew ? 'TRIM_HORIZON' : 'LATEST';
    return openEmulatorStream({ endpoint, streamArn: emulatorStreamArn, from });
  };
  return {
    open: async (tableId) => {
      const created = tables.find(({ table }) => table.logicalId === tableId);
      const stream = created?.table.stream;
      if (created === undefined || stream === undefined) throw new Error(`unable to read ${tableId}; it has no stream`);
      const { table } = created;
      return readerOf(await openChanges(created), stream, (listener) => listeners.push({ table, listener }));
    },
    pass: async ({ operation, input }, forward) => {
      const writes = writesOf(operation, input);
      const answer = await recorder.record(writes, forward);
      const touched = listeners.filter(({ table }) => writes.some((write) => isOf(table, write)));
      if (answer.status === 200) for (const { listener } of touched) listener();
      return answer;
    },
  };
}

function readerOf(
  changes: ChangeReader,
  stream: NonNullable<LocalTable['stream']>,
  onWrite: StreamReader['onWrite'],
): StreamReader {
  return {
    get shardId() {
      return changes.shardId;
    },
    read: async (limit) => {
      for (;;) {
        const found = await changes.read(limit);
        const records = found.filter(isChange).map((change) => toStreamRecord(change, stream));
        if (records.length > 0 || found.length === 0) return records;
      }
    },
    onWrite,
  };
}
