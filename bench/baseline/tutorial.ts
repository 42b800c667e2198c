import { ApiGatewayManagementApiClient, PostToConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb';
import type { WebSocketEvent, WebSocketResult } from '../../lib/handlers/events.ts';

const { CONNECTIONS_URL = '', TABLE_NAME = '' } = process.env;
const table = DynamoDBDocumentClient.from(new DynamoDBClient({}));
const connections = new ApiGatewayManagementApiClient({ endpoint: CONNECTIONS_URL });

/**
 * Contender (a), the design of tutorials: a table of connections, read whole for each message, and a post to each of
 * them. It has no rooms and no members, and keeps no message.
 */
export async function handler({ body, requestContext }: WebSocketEvent): Promise<WebSocketResult> {
  const Data = JSON.stringify({ message: JSON.parse(body ?? '{}').text });
  const posts: Promise<void>[] = [];
  for await (const { Items = [] } of paginateScan({ client: table }, { TableName: TABLE_NAME })) {
    for (const { connectionId } of Items) {
      if (connectionId !== requestContext.connectionId) posts.push(post(connectionId, Data));
    }
  }
  await Promise.all(posts);
  return { statusCode: 200 };
}

async function post(ConnectionId: string, Data: string): Promise<void> {
  try {
    await connections.send(new PostToConnectionCommand({ ConnectionId, Data }));
  } catch (fault) {
    if (!(fault instanceof Error) || fault.name !== 'GoneException') throw fault;
    await table.send(new DeleteCommand({ TableName: TABLE_NAME, Key: { connectionId: ConnectionId } }));
  }
}
