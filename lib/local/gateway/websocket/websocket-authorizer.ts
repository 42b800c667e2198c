import type { IncomingMessage } from 'node:http';
import { isRecord, listOf } from '../../base/json.ts';
import { matchesWildcard } from '../../iam/wildcard.ts';
import { errorOf } from '../../lambda/invoke.ts';
import { requestTarget } from '../http/request-target.ts';
import { authorizerEvent, type ConnectionFacts } from './websocket-events.ts';
import type { WebSocketApiOptions } from './websocket-options.ts';

/** Why an upgrade is refused, as the client sees it. */
export interface Refusal {
  readonly status: number;
  readonly errorType: string;
  readonly message: string;
}

/** The decision of the authorizer: the context of all later events, or the refusal. */
export type Authorization =
  | { readonly allowed: true; readonly context?: Readonly<Record<string, string | number>> }
  | { readonly allowed: false; readonly refusal: Refusal };

const RESULT_LIMIT_BYTES = 8192;

const UNAUTHORIZED = refuse(401, 'UnauthorizedException', 'Unauthorized');
const DENIED = refuse(403, 'AccessDeniedException', 'User is not authorized to access this resource');
const BROKEN = refuse(500, 'AuthorizerConfigurationException', 'Internal server error');

/** Asks the REQUEST authorizer; without one every upgrade is allowed. */
export async function authorize(
  options: WebSocketApiOptions,
  facts: ConnectionFacts,
  request: IncomingMessage,
): Promise<Authorization> {
  const { authorizer } = options;
  if (authorizer === undefined) return { allowed: true };
  if (!authorizer.identitySource.every((source) => hasIdentity(source, facts, request))) return UNAUTHORIZED;
  const event = authorizerEvent(options, facts, request);
  const startedMs = options.now();
  const result = await options.invoke(authorizer.functionId, event);
  if (!result.ok) {
    if (result.errorMessage === 'Unauthorized') return UNAUTHORIZED;
    options.log(`authorizer ${authorizer.functionId} failed; ${errorOf(result)}`);
    return BROKEN;
  }
  return readPolicy(result.payload, event.methodArn, options.now() - startedMs);
}

function refuse(status: number, errorType: string, message: string): Authorization {
  return { allowed: false, refusal: { status, errorType, message } };
}

function hasIdentity(source: string, facts: ConnectionFacts, request: IncomingMessage): boolean {
  const [, kind, name] = /^\$?(?:route\.request\.)?(header|querystring|context)\.(.+)$/.exec(source) ?? [];
  if (name === undefined) return false;
  if (kind === 'header') return Boolean(request.headers[name.toLowerCase()]);
  if (kind === 'querystring') return Boolean(new URLSearchParams(requestTarget(request).query).get(name));
  return name === 'identity.sourceIp' ? facts.sourceIp !== '' : true;
}

function readPolicy(payload: unknown, methodArn: string, latencyMs: number): Authorization {
  if (!isRecord(payload) || typeof payload.principalId !== 'string' || !isRecord(payload.policyDocument)) return BROKEN;
  if (Buffer.byteLength(JSON.stringify(payload)) > RESULT_LIMIT_BYTES) return BROKEN;
  const context = stringified(payload.context ?? {});
  if (context === undefined) return BROKEN;
  const effects = effectsOf(payload.policyDocument.Statement, methodArn);
  if (!effects.includes('Allow') || effects.includes('Deny')) return DENIED;
  return { allowed: true, context: { ...context, principalId: payload.principalId, integrationLatency: latencyMs } };
}

/** Functions get context values as text. Other values than text, numbers and booleans make the result invalid. */
function stringified(context: unknown): Record<string, string> | undefined {
  if (!isRecord(context)) return undefined;
  const entries = Object.entries(context).filter(([, value]) => value !== null);
  if (entries.some(([, value]) => !['string', 'number', 'boolean'].includes(typeof value))) return undefined;
  return Object.fromEntries(entries.map(([name, value]) => [name, String(value)]));
}

function effectsOf(statements: unknown, methodArn: string): unknown[] {
  return listOf(statements)
    .filter(isRecord)
    .filter((statement) => matchesAny(statement.Action, 'execute-api:Invoke'))
    .filter((statement) => matchesAny(statement.Resource, methodArn))
    .map((statement) => statement.Effect);
}

function matchesAny(patterns: unknown, text: string): boolean {
  return listOf(patterns).some((pattern) => typeof pattern === 'string' && matchesWildcard(pattern, text, 'any'));
}
