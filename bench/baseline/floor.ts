import type { WebSocketEvent, WebSocketResult } from '../../lib/handlers/events.ts';
import { signedPost } from './signed-post.ts';

const { CONNECTIONS_URL = '', TABLE_NAME = '', AWS_ENDPOINT_URL_DYNAMODB = '' } = process.env;
const LIST_KEPT_MS = 1000;
const tableUrl = new URL(AWS_ENDPOINT_URL_DYNAMODB);

interface Listed {
  readonly untilMs: number;
  readonly connectionIds: Promise<readonly string[]>;
}

const lists = new Map<string, Listed>();

/**
 * Contender (b), the least calls: one write, one list that is kept for a second, one bare post for each connection. It
 * checks nothing and keeps no message: a floor for one frame per message and connection, not a design.
 */
export async function handler({ body, requestContext }: WebSocketEvent): Promise<WebSocketResult> {
  const { room, text } = JSON.parse(body ?? '{}');
  const [seq, connectionIds] = await Promise.all([countMessage(room), connectionsOf(room)]);
  const data = JSON.stringify({ room, seq, message: text });
  const others = connectionIds.filter((id) => id !== requestContext.connectionId);
  await Promise.all(others.map((id) => post(id, data)));
  return { statusCode: 200 };
}

async function callTable(operation: string, input: object): Promise<unknown> {
  const headers = { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `DynamoDB_20120810.${operation}` };
  return JSON.parse(await signedPost({ url: tableUrl, service: 'dynamodb', body: JSON.stringify(input), headers }));
}

async function countMessage(room: string): Promise<number> {
  const { Attributes } = (await callTable('UpdateItem', {
    TableName: TABLE_NAME,
    Key: { room: { S: `counter-${room}` }, connectionId: { S: '-' } },
    UpdateExpression: 'ADD seq :one',
    ExpressionAttributeValues: { ':one': { N: '1' } },
    ReturnValues: 'UPDATED_NEW',
  })) as { Attributes: { seq: { N: string } } };
  return Number(Attributes.seq.N);
}

function connectionsOf(room: string): Promise<readonly string[]> {
  const known = lists.get(room);
  if (known !== undefined && Date.now() < known.untilMs) return known.connectionIds;
  const connectionIds = readConnections(room);
  lists.set(room, { untilMs: Date.now() + LIST_KEPT_MS, connectionIds });
  return connectionIds;
}

async function readConnections(room: string): Promise<readonly string[]> {
  const found: string[] = [];
  let from: object | undefined;
  do {
    const page = (await callTable('Query', {
      TableName: TABLE_NAME,
      KeyConditionExpression: 'room = :room',
      ExpressionAttributeValues: { ':room': { S: room } },
      ExclusiveStartKey: from,
    })) as { Items: { connectionId: { S: string } }[]; LastEvaluatedKey?: object };
    for (const { connectionId } of page.Items) found.push(connectionId.S);
    from = page.LastEvaluatedKey;
  } while (from !== undefined);
  return found;
}

async function post(connectionId: string, body: string): Promise<void> {
  const url = new URL(`${CONNECTIONS_URL}/@connections/${encodeURIComponent(connectionId)}`);
  await signedPost({ url, service: 'execute-api', body, headers: {} });
}
