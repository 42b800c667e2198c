import { callDynamodb } from './emulator.ts';
import type { LocalTable } from './template.ts';

const probeEveryMs = 10;

/** Creates the tables that do not exist yet, waits until they can be used and switches their TTL on. */
export async function createTables(endpoint: string, tables: readonly LocalTable[]): Promise<void> {
  for (const table of tables) {
    await unless('ResourceInUseException', callDynamodb(endpoint, 'CreateTable', table.create));
    while (!(await isActive(endpoint, table.tableName))) {
      await new Promise((resolve) => setTimeout(resolve, probeEveryMs));
    }
    if (table.ttlAttribute === undefined) continue;
    const TimeToLiveSpecification = { AttributeName: table.ttlAttribute, Enabled: true };
    const call = callDynamodb(endpoint, 'UpdateTimeToLive', { TableName: table.tableName, TimeToLiveSpecification });
    // Not every emulator has it, and a table on disk may have it already; TTL only collects garbage.
    await unless('ValidationException', unless('UnknownOperationException', call));
  }
}

async function isActive(endpoint: string, TableName: string): Promise<boolean> {
  const { Table } = (await callDynamodb(endpoint, 'DescribeTable', { TableName })) as {
    Table: { TableStatus: string };
  };
  return Table.TableStatus === 'ACTIVE';
}

async function unless(errorName: string, call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (!(error instanceof Error) || error.name !== errorName) throw error;
  }
}
