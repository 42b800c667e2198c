import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  DeleteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import type { Operations, TableClient } from '../../lib/store/dynamodb/table-client.ts';

const requestHandler = { connectionTimeout: 1000, requestTimeout: 3000 };

/** The SDK's client: for what a test reads and writes beside the store, and to count what the store takes. */
export function createDocumentClient(options: DynamoDBClientConfig): DynamoDBDocumentClient {
  const client = new DynamoDBClient({ requestHandler, ...options, maxAttempts: 1 });
  return DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
}

/** What the store has of its own client, by the SDK's. */
export function documentTableClient(client: DynamoDBDocumentClient): TableClient {
  const send = {
    Get: (input) => client.send(new GetCommand(input)),
    BatchGet: (input) => client.send(new BatchGetCommand(input)),
    Query: (input) => client.send(new QueryCommand(input)),
    Put: (input) => client.send(new PutCommand(input)),
    Update: (input) => client.send(new UpdateCommand(input)),
    Delete: (input) => client.send(new DeleteCommand(input)),
  } satisfies { [Name in keyof Operations]: (input: Operations[Name]['input']) => Promise<unknown> };
  return { call: (name, input) => (send[name] as (input: object) => Promise<never>)(input) };
}
