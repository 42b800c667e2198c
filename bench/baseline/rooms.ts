import { ApiGatewayManagementApiClient, PostToConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, DynamoDBDocumentClient, paginateQuery, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { WebSocketEvent, WebSocketResult } from '../../lib/handlers/events.ts';

const { CONNECTIONS_URL = '', TABLE_NAME = '', GRACE_MS = '', MESSAGE_LIMIT = '' } = process.env;
const table = DynamoDBDocumentClient.from(new DynamoDBClient({}));
const connections = new ApiGatewayManagementApiClient({ endpoint: CONNECTIONS_URL });

/** One member of a room. Offline: since when, and what the room's counter was then. */
interface MemberItem {
  readonly room: string;
  readonly user: string;
  readonly connectionId?: string;
  readonly offlineAtMs?: number;
  readonly offlineSeq?: number;
}

/**
 * Contender (a'), the tutorial with rooms and with the rule that evicts offline members, done the obvious way: each
 * message is counted, all members of the room are read, the connected get a post, and those over a limit are deleted.
 */
export async function handler({ body, requestContext }: WebSocketEvent): Promise<WebSocketResult> {
  const { room, text } = JSON.parse(body ?? '{}');
  const seq = await countMessage(room);
  const members = await readMembers(room);
  const sender = members.find(({ connectionId }) => connectionId === requestContext.connectionId);
  if (sender === undefined) return { statusCode: 403 };
  const Data = JSON.stringify({ room, seq, from: sender.user, message: text });
  await Promise.all(
    members.map(async (member) => {
      if (member.connectionId === requestContext.connectionId) return;
      if (member.connectionId !== undefined) await post(member, member.connectionId, Data);
      else if (isEvicted(member, seq)) await remove(member);
    }),
  );
  return { statusCode: 200 };
}

async function countMessage(room: string): Promise<number> {
  const counted = await table.send(
    new UpdateCommand({
      TableName: TABLE_NAME,
      Key: { room: `counter-${room}`, user: '-' },
      UpdateExpression: 'ADD seq :one',
      ExpressionAttributeValues: { ':one': 1 },
      ReturnValues: 'UPDATED_NEW',
    }),
  );
  return counted.Attributes?.seq;
}

async function readMembers(room: string): Promise<readonly MemberItem[]> {
  const members: MemberItem[] = [];
  const query = {
    TableName: TABLE_NAME,
    KeyConditionExpression: 'room = :room',
    ExpressionAttributeValues: { ':room': room },
    ConsistentRead: true,
  };
  for await (const { Items = [] } of paginateQuery({ client: table }, query)) members.push(...(Items as MemberItem[]));
  return members;
}

const isEvicted = ({ offlineAtMs = 0, offlineSeq = 0 }: MemberItem, seq: number): boolean =>
  seq - offlineSeq >= Number(MESSAGE_LIMIT) || Date.now() - offlineAtMs > Number(GRACE_MS);

async function post(member: MemberItem, ConnectionId: string, Data: string): Promise<void> {
  try {
    await connections.send(new PostToConnectionCommand({ ConnectionId, Data }));
  } catch (fault) {
    if (!(fault instanceof Error) || fault.name !== 'GoneException') throw fault;
    await remove(member);
  }
}

async function remove({ room, user }: MemberItem): Promise<void> {
  await table.send(new DeleteCommand({ TableName: TABLE_NAME, Key: { room, user } }));
}
