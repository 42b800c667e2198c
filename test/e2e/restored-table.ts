import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { waitUntilActive } from '../../lib/local/dynamodb/create-tables.ts';
import { callDynamodb } from '../../lib/local/dynamodb/emulator.ts';

/** The most that one BatchWriteItem takes. */
const BATCH = 25;

interface SourceTable {
  readonly TableName: string;
  readonly AttributeDefinitions: unknown;
  readonly KeySchema: unknown;
  readonly GlobalSecondaryIndexes: readonly { IndexName: string; KeySchema: unknown; Projection: unknown }[];
}

/**
 * Does what RestoreTableToPointInTime does: a table of another name with the rows, the keys and the indexes of the only
 * table there is, and with neither stream nor expiry. Returns the number of rows.
 */
export async function restoreTable(endpoint: string, TableName: string): Promise<number> {
  const source = await onlyTable(endpoint);
  await callDynamodb(endpoint, 'CreateTable', {
    ...{ TableName, KeySchema: source.KeySchema, AttributeDefinitions: source.AttributeDefinitions },
    BillingMode: 'PAY_PER_REQUEST',
    GlobalSecondaryIndexes: source.GlobalSecondaryIndexes.map(({ IndexName, KeySchema, Projection }) => ({
      ...{ IndexName, KeySchema, Projection },
    })),
  });
  await waitUntilActive(endpoint, TableName);
  const rows = await rowsOf(endpoint, source.TableName);
  for (let from = 0; from < rows.length; from += BATCH) {
    const requests = rows.slice(from, from + BATCH).map((Item) => ({ PutRequest: { Item } }));
    const { UnprocessedItems = {} } = (await callDynamodb(endpoint, 'BatchWriteItem', {
      RequestItems: { [TableName]: requests },
    })) as { UnprocessedItems?: object };
    if (Object.keys(UnprocessedItems).length > 0) throw new Error('unable to copy the rows; some were not written');
  }
  return rows.length;
}

/** The two of the steps in docs/operations.md that the emulator knows: expiry and stream. Returns the stream's ARN. */
export async function prepareRestored(endpoint: string, TableName: string): Promise<string | undefined> {
  const TimeToLiveSpecification = { Enabled: true, AttributeName: 'expiresAtSec' };
  await callDynamodb(endpoint, 'UpdateTimeToLive', { TableName, TimeToLiveSpecification });
  const StreamSpecification = { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' };
  await callDynamodb(endpoint, 'UpdateTable', { TableName, StreamSpecification });
  return (await waitUntilActive(endpoint, TableName)).LatestStreamArn;
}

/** A copy of a cloud assembly whose only table has this name. */
export function renameTable(cloudAssembly: string, copy: string, TableName: string): void {
  cpSync(cloudAssembly, copy, { recursive: true });
  const [file] = readdirSync(copy).filter((name) => name.endsWith('.template.json'));
  if (file === undefined) throw new Error(`unable to find the template in ${copy}`);
  const template = JSON.parse(readFileSync(join(copy, file), 'utf8')) as {
    Resources: Record<string, { Type: string; Properties: Record<string, unknown> }>;
  };
  const tables = Object.values(template.Resources).filter(({ Type }) => Type === 'AWS::DynamoDB::GlobalTable');
  if (tables.length !== 1) throw new Error(`unable to rename the table; the template has ${tables.length}`);
  for (const { Properties } of tables) Properties.TableName = TableName;
  writeFileSync(join(copy, file), JSON.stringify(template));
}

/** The names of all tables. */
export async function tableNames(endpoint: string): Promise<readonly string[]> {
  return ((await callDynamodb(endpoint, 'ListTables', {})) as { TableNames: string[] }).TableNames;
}

async function onlyTable(endpoint: string): Promise<SourceTable> {
  const [TableName, ...others] = await tableNames(endpoint);
  if (TableName === undefined || others.length > 0) throw new Error('unable to restore; there must be one table');
  return ((await callDynamodb(endpoint, 'DescribeTable', { TableName })) as { Table: SourceTable }).Table;
}

async function rowsOf(endpoint: string, TableName: string): Promise<readonly unknown[]> {
  const rows: unknown[] = [];
  let ExclusiveStartKey: unknown;
  do {
    const page = (await callDynamodb(endpoint, 'Scan', { TableName, ConsistentRead: true, ExclusiveStartKey })) as {
      Items: unknown[];
      LastEvaluatedKey?: unknown;
    };
    rows.push(...page.Items);
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey !== undefined);
  return rows;
}
