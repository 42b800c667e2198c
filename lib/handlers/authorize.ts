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
export function authorizeHandler(secretAt: (nowMs: number) => Promise<AppSecret>, allowedOrigins: readonly string[]) {
  return async (event: AuthorizerEvent): Promise<AuthorizerResult> => {
    const nowMs = event.requestContext.requestTimeEpoch;
    const token = tokenOf(event);
    if (token === undefined || !isFromAllowed(event, allowedOrigins)) throw new Error('Unauthorized');
    const { appKey, secrets } = await secretAt(nowMs);
    const verified = await verifyToken(token, appKey, secrets, nowMs);
    if (!verified.ok) throw new Error('Unauthorized');
    return {
      principalId: verified.userId,
      policyDocument: {
        Version: '2012-10-17',
        Statement: [{ Action: 'execute-api:Invoke', Effect: 'Allow', Resource: event.methodArn }],
      },
      context: {
        userId: verified.userId,
        issuedAtMs: String(verified.issuedAtMs),
        expiresAtMs: String(verified.expiresAtMs),
      },
    };
  };
}

/** Browsers say which page opens a socket; another site's page is refused. What is no browser sends no Origin. */
function isFromAllowed(event: AuthorizerEvent, allowedOrigins: readonly string[]): boolean {
  const origin = header(event, 'origin');
  return allowedOrigins.length === 0 || origin === undefined || allowedOrigins.includes(origin);
}

function tokenOf(event: AuthorizerEvent): string | undefined {
  const offered = subProtocols(event).find((name) => name.startsWith(TOKEN_SUB_PROTOCOL_PREFIX));
  return offered?.slice(TOKEN_SUB_PROTOCOL_PREFIX.length) ?? event.queryStringParameters?.[TOKEN_QUERY];
}

export const subProtocols = (event: WebSocketEvent): readonly string[] =>
  (header(event, 'sec-websocket-protocol') ?? '').split(',').map((name) => name.trim());

const header = (event: WebSocketEvent, lowerName: string): string | undefined =>
  Object.entries(event.headers ?? {}).find(([name]) => name.toLowerCase() === lowerName)?.[1];
