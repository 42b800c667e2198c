import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

const connectionTimeoutMs = 1000;
const requestTimeoutMs = 3000;

/**
 * The client that the store needs. The SDK's own retries are off: only the store knows which write it may repeat
 * without a read.
 */
export function createDocumentClient(options: DynamoDBClientConfig): DynamoDBDocumentClient {
  const requestHandler = { connectionTimeout: connectionTimeoutMs, requestTimeout: requestTimeoutMs };
  const client = new DynamoDBClient({ requestHandler, ...options, maxAttempts: 1 });
  return DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
}
