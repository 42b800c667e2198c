import type { LocalTable } from '../template/stack-description.ts';
import { callDynamodb } from './emulator.ts';

const probeEveryMs = 10;

/** A table that can be used. */
export interface CreatedTable {
  readonly table: LocalTable;
  readonly isNew: boolean;
  /** The name of the table's stream in the emulator, if that makes one. */
  readonly emulatorStreamArn: string | undefined;
}

/** Creates the tables that do not exist yet, waits until they can be used and switches their TTL on. */
export async function createTables(endpoint: string, tables: readonly LocalTable[]): Promise<CreatedTable[]> {
  const created: CreatedTable[] = [];
  for (const table of tables) created.push(await createTable(endpoint, table));
  return created;
}

async function createTable(endpoint: string, table: LocalTable): Promise<CreatedTable> {
  const isNew = await unless('ResourceInUseException', callDynamodb(endpoint, 'CreateTable', table.create));
  const { LatestStreamArn } = await whenActive(endpoint, table.tableName);
  if (table.ttlAttribute !== undefined) {
    const TimeToLiveSpecification = { AttributeName: table.ttlAttribute, Enabled: true };
    const call = callDynamodb(endpoint, 'UpdateTimeToLive', { TableName: table.tableName, TimeToLiveSpecification });
    // Not every emulator has it, and a table on disk may have it already; TTL only collects garbage.
    await unless('ValidationException', unless('UnknownOperationException', call));
  }
  return { table, isNew, emulatorStreamArn: LatestStreamArn };
}

async function whenActive(endpoint: string, TableName: string): Promise<{ readonly LatestStreamArn?: string }> {
  for (;;) {
    const { Table } = (await callDynamodb(endpoint, 'DescribeTable', { TableName })) as {
      Table: { TableStatus: string; LatestStreamArn?: string };
    };
    if (Table.TableStatus === 'ACTIVE') return Table;
    await new Promise((resolve) => setTimeout(resolve, probeEveryMs));
  }
}

/** Whether the call did its work: not when it failed with that error. */
async function unless(errorName: string, call: Promise<unknown>): Promise<boolean> {
  try {
    await call;
    return true;
  } catch (error) {
    if (error instanceof Error && error.name === errorName) return false;
    throw error;
  }
}
