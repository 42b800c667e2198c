import type { LocalTable } from '../template/local-table.ts';
import type { Item } from './stream-record.ts';

/** One write of a request: a whole item, or a change of the item with a key. */
export interface TableWrite {
  /** The name or ARN of the table. */
  readonly TableName: string;
  readonly Item?: Item;
  readonly Key?: Item;
}

type Input = Readonly<Record<string, unknown>>;

/** The writes of a DynamoDB request; none when it only reads. */
export function writesOf(operation: string, input: Input): TableWrite[] {
  if (['PutItem', 'UpdateItem', 'DeleteItem'].includes(operation)) return [input as Input & TableWrite];
  if (operation === 'TransactWriteItems') {
    const items = (input.TransactItems ?? []) as Record<string, TableWrite>[];
    return items.flatMap(({ Put, Update, Delete }) => [Put, Update, Delete].filter((write) => write !== undefined));
  }
  if (operation !== 'BatchWriteItem') return [];
  const requests = (input.RequestItems ?? {}) as Record<string, Record<string, Omit<TableWrite, 'TableName'>>[]>;
  return Object.entries(requests).flatMap(([TableName, list]) =>
    list.flatMap((request) => Object.values(request).map((write) => ({ ...write, TableName }))),
  );
}

/** Whether the write is to that table. */
export const isOf = ({ tableName, arn }: LocalTable, { TableName }: TableWrite): boolean =>
  TableName === tableName || TableName === arn;
