import { Code } from '../protocol/codes.ts';
import { REFUSED_SUB_PROTOCOL_PREFIX, TOKEN_QUERY, TOKEN_SUB_PROTOCOL_PREFIX } from '../protocol/handshake.ts';
import type { SecretsInForce } from '../server-api/secrets.ts';
import { senderText, type WebSocketEvent } from './events.ts';
import type { SecretsAt } from './secret-keeper.ts';
import { type VerifiedToken, verifyToken } from './token.ts';

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

export interface AuthorizerOptions {
  readonly secretsAt: SecretsAt;
  readonly appKey: string;
  /** Web origins that may connect; empty for all. */
  readonly allowedOrigins: readonly string[];
}

const REFUSAL_CODES = { expired: Code.TOKEN_EXPIRED, incorrect: Code.TOKEN_INCORRECT } as const;

/**
 * The token authorizer on `$connect`: API Gateway adds the identity to every later event of the connection. A missing or
 * wrong token is refused by the error `Unauthorized`, which API Gateway answers with 401. A browser does not see that
 * status: a client that offers to be refused by a sub-protocol is let through without an identity, with the code that
 * `$connect` then selects. If the secrets are unusable, their error is thrown, which API Gateway answers with 500: nobody
 * gets in.
 */
export function authorizeHandler({ secretsAt, appKey, allowedOrigins }: AuthorizerOptions) {
  return async (event: AuthorizerEvent): Promise<AuthorizerResult> => {
    const nowMs = event.requestContext.requestTimeEpoch;
    const token = tokenOf(event);
    if (token === undefined || !isFromAllowed(event, allowedOrigins)) throw new Error('Unauthorized');
    const verified = await verifyInForce(token, appKey, secretsAt(nowMs), nowMs);
    if (!verified.ok) return letThroughToBeRefused(event, REFUSAL_CODES[verified.why]);
    return allow(event, verified.userId, {
      userId: verified.userId,
      issuedAtMs: String(verified.issuedAtMs),
      expiresAtMs: String(verified.expiresAtMs),
      ...(verified.sender === undefined ? {} : { sender: senderText(verified.sender) }),
    });
  };
}

/** It has no `userId`, so no frame of it is served. */
function letThroughToBeRefused(event: AuthorizerEvent, code: number): AuthorizerResult {
  if (!subProtocols(event).includes(`${REFUSED_SUB_PROTOCOL_PREFIX}${code}`)) throw new Error('Unauthorized');
  return allow(event, 'refused', { refusedWith: String(code) });
}

const allow = (
  { methodArn }: AuthorizerEvent,
  principalId: string,
  context: Readonly<Record<string, string>>,
): AuthorizerResult => ({
  principalId,
  policyDocument: {
    Version: '2012-10-17',
    Statement: [{ Action: 'execute-api:Invoke', Effect: 'Allow', Resource: methodArn }],
  },
  context,
});

/** A token that no known secret has signed may be signed with a newer one. */
async function verifyInForce(
  token: string,
  appKey: string,
  secrets: SecretsInForce,
  nowMs: number,
): Promise<VerifiedToken> {
  const verified = await verifyToken(token, appKey, await secrets.current(), nowMs);
  if (verified.ok || verified.why === 'expired') return verified;
  const renewed = await secrets.renewed();
  return renewed === undefined ? verified : verifyToken(token, appKey, renewed, nowMs);
}

/** Browsers say which page opens a socket; a page of another site is refused. Other clients send no Origin. */
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
