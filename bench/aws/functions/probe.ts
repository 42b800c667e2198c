import { createRequire } from 'node:module';
import { ApiGatewayManagementApiClient, PostToConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi';
import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { billedMsOf } from '../report-line.ts';

/** What the probe reads of an event. */
interface ProbeEvent {
  readonly requestContext: { readonly routeKey: string; readonly connectionId: string; readonly authorizer?: object };
  readonly body?: string | null;
}

interface ProbeFrame {
  readonly action: string;
  readonly id: string;
  readonly to?: string;
  readonly count?: number;
  readonly everyMs?: number;
  readonly sizeBytes?: number;
  readonly of?: string;
}

const { CONNECTIONS_URL: endpoint = '', TABLE_NAME: TableName = '', BEAT_LOG: logGroupName = '' } = process.env;
// Without retries: each throttled post counts.
const connections = new ApiGatewayManagementApiClient({ endpoint, maxAttempts: 1 });
const table = new DynamoDBClient({});
const keyOf = (connectionId: string) => ({ pk: { S: `FACT#${connectionId}` }, sk: { S: 'DISCONNECT' } });

/** Serves all routes of the facts stack but those of the product's own Lambdas. */
export const handler = async ({ requestContext, body }: ProbeEvent) => {
  const { routeKey, connectionId, authorizer } = requestContext;
  if (routeKey === '$disconnect') {
    const event = { S: JSON.stringify({ authorizer: authorizer ?? null }) };
    await table.send(new PutItemCommand({ TableName, Item: { ...keyOf(connectionId), event } }));
    return { statusCode: 200 };
  }
  const frame = JSON.parse(body ?? '{}') as ProbeFrame;
  if (frame.action === 'empty') return { statusCode: 200 };
  if (frame.action === 'blank') return { statusCode: 200, body: '' };
  const answer = await serve(frame, connectionId, body ?? '');
  return { statusCode: 200, body: JSON.stringify({ id: frame.id, ...answer }) };
};

async function serve(frame: ProbeFrame, connectionId: string, body: string): Promise<object> {
  switch (frame.action) {
    case 'post':
      return post(frame);
    case 'disconnect-of':
      return { event: (await disconnectOf(frame.of ?? '')) ?? null };
    case 'billed':
      return billedMs().then(
        (each) => ({ billedMs: each }),
        (error: unknown) => ({ error: String(error).split('\n')[0] }),
      );
    default:
      return { connectionId, receivedBytes: Buffer.byteLength(body) };
  }
}

/** Posts one after another, or all at once where there is no pause between them. */
async function post({ to = '', count = 1, everyMs = 0, sizeBytes = 10 }: ProbeFrame): Promise<object> {
  const Data = 'p'.repeat(sizeBytes);
  const tookMs: number[] = [];
  const failed: Record<string, number> = {};
  const one = async (): Promise<void> => {
    const startedAtMs = performance.now();
    try {
      await connections.send(new PostToConnectionCommand({ ConnectionId: to, Data }));
      tookMs.push(Math.round((performance.now() - startedAtMs) * 10) / 10);
    } catch (error) {
      const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode ?? 0;
      failed[status] = (failed[status] ?? 0) + 1;
    }
  };
  if (everyMs === 0) await Promise.all(Array.from({ length: count }, one));
  for (let sent = 0; everyMs > 0 && sent < count; sent += 1) {
    await one();
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
  return { tookMs, failed };
}

async function disconnectOf(connectionId: string): Promise<string | undefined> {
  const command = new GetItemCommand({ TableName, Key: keyOf(connectionId), ConsistentRead: true });
  return (await table.send(command)).Item?.event?.S;
}

/** What we use of CloudWatch Logs. */
interface LogsModule {
  readonly CloudWatchLogsClient: new (
    options: object,
  ) => {
    send(command: object): Promise<{ events?: { message?: string }[] }>;
  };
  readonly FilterLogEventsCommand: new (input: object) => object;
}

/** Lambda's runtime has every client of the SDK; this one is in no bundle and on no other machine. */
async function billedMs(): Promise<readonly number[]> {
  const logs = createRequire(import.meta.url)('@aws-sdk/client-cloudwatch-logs') as LogsModule;
  const input = { logGroupName, filterPattern: 'REPORT', limit: 1000 };
  const { events = [] } = await new logs.CloudWatchLogsClient({}).send(new logs.FilterLogEventsCommand(input));
  return events.flatMap(({ message = '' }) => billedMsOf(message) ?? []);
}
