import { TOKEN_QUERY, TOKEN_SUB_PROTOCOL_PREFIX } from '../protocol/frames.ts';
import type { AppSecret } from './deps-secret.ts';
import type { WebSocketEvent } from './events.ts';
import { verifyToken } from './token.ts';

export interface AuthorizerEvent extends WebSocketEvent {
  readonly methodArn: string;
}

export interface AuthorizerResult {
  readonly principalId: string;
  readonly policyDocument: {
    readonly Version: string;
    readonly Statement: readonly {
      readonly Action: string;
      readonly Effect: 'Allow' | 'Deny';
      readonly Resource: string;
    }[];
  };
  readonly context?: Readonly<Record<string, string>>;
}

/**
 * The token authorizer on `$connect`: identity then rides in every later event of the connection. A missing or wrong
 * token is refused with 401, the way API Gateway has it: by the error `Unauthorized`.
 */
export function authorizeHandler(secretAt: (nowMs: number) => Promise<AppSecret>) {
  return async (event: AuthorizerEvent): Promise<AuthorizerResult> => {
    const nowMs = event.requestContext.requestTimeEpoch;
    const token = tokenOf(event);
    if (token === undefined) throw new Error('Unauthorized');
    const { appKey, secrets } = await secretAt(nowMs);
    const verified = await verifyToken(token, appKey, secrets, nowMs);
    if (!verified.ok) throw new Error('Unauthorized');
    return {
      principalId: verified.userId,
      policyDocument: {
        Version: '2012-10-17',
        Statement: [{ Action: 'execute-api:Invoke', Effect: 'Allow', Resource: event.methodArn }],
      },
      context: { userId: verified.userId, expiresAtMs: String(verified.expiresAtMs) },
    };
  };
}

function tokenOf(event: AuthorizerEvent): string | undefined {
  const offered = subProtocols(event).find((name) => name.startsWith(TOKEN_SUB_PROTOCOL_PREFIX));
  return offered?.slice(TOKEN_SUB_PROTOCOL_PREFIX.length) ?? event.queryStringParameters?.[TOKEN_QUERY];
}

export function subProtocols(event: WebSocketEvent): readonly string[] {
  const entry = Object.entries(event.headers ?? {}).find(([name]) => name.toLowerCase() === 'sec-websocket-protocol');
  return (entry?.[1] ?? '').split(',').map((name) => name.trim());
}
