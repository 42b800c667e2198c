import { audienceIndex } from '../../support/table-keys.ts';
import { type CallInput, fieldOf } from './call-input.ts';

const READ_UNIT_BYTES = 4096;
const WRITE_UNIT_BYTES = 1024;

/** What reading so many bytes takes; also what is not there takes the least. */
export const readUnits = (bytes: number, isConsistent: boolean): number =>
  Math.max(1, Math.ceil(bytes / READ_UNIT_BYTES)) * (isConsistent ? 1 : 0.5);

/** What a write takes: the larger of the row before and after counts. */
export const writeUnits = (before: number, after: number): number =>
  Math.max(1, Math.ceil(Math.max(before, after) / WRITE_UNIT_BYTES));

/** What the index takes to add, change or remove an entry of this size. */
export const entryUnits = (bytes: number): number => writeUnits(bytes, bytes);

/** What a call took of the table and of its index. */
export interface TakenUnits {
  readonly table: number;
  readonly index: number;
}

/** The part of an answer that says what the call took, where it asks for it. */
export function capacityOf(input: CallInput, tableName: string, unitsOf: () => TakenUnits): object {
  const asked = fieldOf(input, 'ReturnConsumedCapacity', ['NONE', 'TOTAL', 'INDEXES']);
  if (asked === 'NONE') return {};
  const { table, index } = unitsOf();
  const total = { TableName: tableName, CapacityUnits: table + index };
  if (asked === 'TOTAL') return { ConsumedCapacity: total };
  const ofIndex = { GlobalSecondaryIndexes: { [audienceIndex.IndexName]: { CapacityUnits: index } } };
  return { ConsumedCapacity: { ...total, Table: { CapacityUnits: table }, ...(index > 0 ? ofIndex : {}) } };
}
