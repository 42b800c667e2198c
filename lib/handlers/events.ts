import { INSTANCE_QUERY, PLATFORM_QUERY, PLATFORMS } from '../protocol/handshake.ts';
import { type ConnectionId, isConnectionId, isUserId } from '../protocol/ids.ts';
import { jsonValue } from '../protocol/json.ts';
import type { Sender } from '../protocol/message.ts';
import { readSender } from '../protocol/sender.ts';
import type { Caller } from '../usecases/deps.ts';
import type { Client, TokenLife } from '../usecases/open-connection.ts';

/** What we read of API Gateway's WebSocket events. */
export interface WebSocketEvent {
  readonly requestContext: {
    readonly connectionId: string;
    readonly requestTimeEpoch: number;
    readonly authorizer?: {
      readonly userId?: string;
      readonly issuedAtMs?: string | number;
      readonly expiresAtMs?: string | number;
      /** See `senderText`. */
      readonly sender?: string;
      /** The code with which the authorizer has refused the token; it let the client through to learn it. */
      readonly refusedWith?: string | number;
    };
  };
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly queryStringParameters?: Readonly<Record<string, string | undefined>> | null;
  readonly body?: string | null;
}

export interface WebSocketResult {
  readonly statusCode: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** The caller, from the authorizer's context, which API Gateway adds to every event of the connection. */
export function callerOf(event: WebSocketEvent): Caller | undefined {
  const connectionId = connectionOf(event);
  const userId = event.requestContext.authorizer?.userId;
  if (connectionId === undefined || userId === undefined || !isUserId(userId)) return undefined;
  const sender = senderOf(event);
  return { userId, connectionId, ...(sender === undefined ? {} : { sender }) };
}

/** The sender as a text of ASCII: API Gateway copies it into each event of the connection. */
export const senderText = (sender: Sender): string => encodeURIComponent(JSON.stringify(sender));

function senderOf(event: WebSocketEvent): Sender | undefined {
  const text = event.requestContext.authorizer?.sender;
  if (text === undefined) return undefined;
  try {
    return readSender(jsonValue(decodeURIComponent(text)));
  } catch {
    return undefined;
  }
}

/** The connection is open only for its client to learn why it is refused: it may do nothing. */
export const refusedWith = (event: WebSocketEvent): string | undefined =>
  event.requestContext.authorizer?.refusedWith?.toString();

function connectionOf(event: WebSocketEvent): ConnectionId | undefined {
  const { connectionId } = event.requestContext;
  return isConnectionId(connectionId) ? connectionId : undefined;
}

const LOGIN_ID = /^[A-Za-z0-9_-]{1,36}$/;

/** A client that does not name its platform counts as mobile; without a login each connection is a run of its own. */
export function clientOf(event: WebSocketEvent): Client {
  const query = event.queryStringParameters ?? {};
  const [platform = '', loginId = ''] = [query[PLATFORM_QUERY], query[INSTANCE_QUERY]];
  return {
    platform: PLATFORMS.find((one) => one === platform) ?? 'mobile',
    loginId: LOGIN_ID.test(loginId) ? loginId : event.requestContext.connectionId,
  };
}

export function tokenOf(event: WebSocketEvent): TokenLife {
  const { issuedAtMs = 0, expiresAtMs = 0 } = event.requestContext.authorizer ?? {};
  return { issuedAtMs: Number(issuedAtMs), expiresAtMs: Number(expiresAtMs) };
}
