import { type CallInput, fieldOf } from './call-input.ts';

const READ_UNIT_BYTES = 4096;
const WRITE_UNIT_BYTES = 1024;

/** What reading so many bytes takes; also what is not there takes the least. */
export const readUnits = (bytes: number, isConsistent: boolean): number =>
  Math.max(1, Math.ceil(bytes / READ_UNIT_BYTES)) * (isConsistent ? 1 : 0.5);

/** What a write takes: the larger of the row before and after counts. */
export const writeUnits = (before: number, after: number): number =>
  Math.max(1, Math.ceil(Math.max(before, after) / WRITE_UNIT_BYTES));

/** The part of an answer that says what the call took, where it asks for it. */
export function capacityOf(input: CallInput, tableName: string, unitsOf: () => number): object {
  const asked = fieldOf(input, 'ReturnConsumedCapacity', ['NONE', 'TOTAL']);
  return asked === 'NONE' ? {} : { ConsumedCapacity: { TableName: tableName, CapacityUnits: unitsOf() } };
}
