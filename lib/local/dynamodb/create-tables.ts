import { setTimeout as wait } from 'node:timers/promises';
import type { LocalTable } from '../template/local-table.ts';
import { callDynamodb } from './emulator.ts';

const pollIntervalMs = 10;

/** A table that is ready for use. */
export interface CreatedTable {
  readonly table: LocalTable;
  readonly isNew: boolean;
  /** The ARN of the table's stream in the emulator; undefined when the emulator has no streams. */
  readonly emulatorStreamArn: string | undefined;
}

/** Creates the tables that do not exist yet, waits until they are active and enables their TTL. */
export async function createTables(endpoint: string, tables: readonly LocalTable[]): Promise<CreatedTable[]> {
  const created: CreatedTable[] = [];
  for (const table of tables) created.push(await createTable(endpoint, table));
  return created;
}

async function createTable(endpoint: string, table: LocalTable): Promise<CreatedTable> {
  const isNew = await succeedsUnless('ResourceInUseException', callDynamodb(endpoint, 'CreateTable', table.create));
  const { LatestStreamArn } = await waitUntilActive(endpoint, table.tableName);
  if (table.ttlAttribute !== undefined) {
    const TimeToLiveSpecification = { AttributeName: table.ttlAttribute, Enabled: true };
    const call = callDynamodb(endpoint, 'UpdateTimeToLive', { TableName: table.tableName, TimeToLiveSpecification });
    // Not every emulator supports TTL, and a table on disk may have it enabled already. TTL only collects garbage.
    await succeedsUnless('ValidationException', succeedsUnless('UnknownOperationException', call));
  }
  return { table, isNew, emulatorStreamArn: LatestStreamArn };
}

/** Waits until a table can be used. */
export async function waitUntilActive(
  endpoint: string,
  TableName: string,
): Promise<{ readonly LatestStreamArn?: string }> {
  for (;;) {
    const { Table } = (await callDynamodb(endpoint, 'DescribeTable', { TableName })) as {
      Table: { TableStatus: string; LatestStreamArn?: string };
    };
    if (Table.TableStatus === 'ACTIVE') return Table;
    await wait(pollIntervalMs);
  }
}

/** Returns true when the call succeeds and false when it fails with that error; throws every other error. */
async function succeedsUnless(errorName: string, call: Promise<unknown>): Promise<boolean> {
  try {
    await call;
    return true;
  } catch (error) {
    if (error instanceof Error && error.name === errorName) return false;
    throw error;
  }
}
