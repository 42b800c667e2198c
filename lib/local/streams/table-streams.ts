import type { CreatedTable } from '../dynamodb/create-tables.ts';
import type { ObserveRequest } from '../dynamodb/dynamodb-service.ts';
import type { LocalStream, LocalTable } from '../template/local-table.ts';
import { type ChangeReader, openEmulatorStream } from './emulator-stream.ts';
import { isChange, type StreamRecord, toStreamRecord } from './stream-record.ts';
import { isOf, writesOf } from './table-writes.ts';
import { createWriteRecorder } from './write-recorder.ts';

/** Reads the stream of one table. */
export interface StreamReader {
  /** The shard of the last read. */
  readonly shardId: string;
  /** The next records, at most `limit`; none at the end of the stream. */
  read(limit: number): Promise<StreamRecord[]>;
  /** Calls the listener after each request of a function that wrote to the table. */
  onWrite(listener: () => void): void;
}

/** The streams of a stack's tables. */
export interface TableStreams {
  open(tableId: string): Promise<StreamReader>;
  /** Forwards a request of a function and notifies the readers of its writes, so that no reader polls. */
  readonly observe: ObserveRequest;
}

/** The tables and the emulator that has them. */
export interface TableStreamsOptions {
  readonly endpoint: string;
  readonly tables: readonly CreatedTable[];
  readonly now: () => number;
}

/** Creates the streams of the tables: those of the emulator if it has streams, else it records the writes. */
export function createTableStreams({ endpoint, tables, now }: TableStreamsOptions): TableStreams {
  const listeners: { readonly table: LocalTable; readonly listener: () => void }[] = [];
  const recorder = createWriteRecorder({ endpoint, now });
  const openChanges = ({ table, isNew, emulatorStreamArn }: CreatedTable): Promise<ChangeReader> | ChangeReader => {
    if (emulatorStreamArn === undefined) return recorder.open(table);
    // An earlier run has handled the records of an old table, up to a point that is not stored. A new table is read from
    // its first record, which may be older than the reader.
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
    observe: async ({ operation, input }, forward) => {
      const writes = writesOf(operation, input);
      const answer = await recorder.record(writes, forward);
      const affected = listeners.filter(({ table }) => writes.some((write) => isOf(table, write)));
      if (answer.status === 200) for (const { listener } of affected) listener();
      return answer;
    },
  };
}

function readerOf(changes: ChangeReader, stream: LocalStream, onWrite: StreamReader['onWrite']): StreamReader {
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
