import type { Sender } from '../protocol/message.ts';
import type { HttpAnswer } from '../server-api/http.ts';
import { serveServerApi } from '../server-api/serve.ts';
import type { DepsAt } from './deps.ts';
import type { SecretsAt } from './secret-keeper.ts';
import { issueToken } from './token.ts';

/** What we read of an HTTP API event, payload format 2.0. */
export interface HttpEvent {
  readonly rawPath: string;
  readonly rawQueryString: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly requestContext: { readonly timeEpoch: number; readonly http: { readonly method: string } };
  readonly body?: string;
  readonly isBase64Encoded: boolean;
}

export interface ServerApiOptions {
  readonly depsAt: DepsAt;
  readonly secretsAt: SecretsAt;
  readonly appKey: string;
  readonly tokenLifeSec: number;
}

export function serverApiHandler({ depsAt, secretsAt, appKey, tokenLifeSec }: ServerApiOptions) {
  return async (event: HttpEvent): Promise<HttpAnswer> => {
    const nowMs = event.requestContext.timeEpoch;
    const secrets = secretsAt(nowMs);
    const request = {
      method: event.requestContext.http.method,
      path: event.rawPath,
      rawQuery: event.rawQueryString,
      headers: event.headers,
      bodyBytes: bytesOf(event),
    };
    const newToken = async (userId: string, sender: Sender | undefined) => {
      const [newest] = await secrets.current();
      return issueToken(userId, appKey, newest, nowMs, tokenLifeSec, sender);
    };
    return serveServerApi({ deps: depsAt(nowMs), appKey, secrets, issueToken: newToken }, request);
  };
}

/** API Gateway passes form bodies in base64. A signature covers the exact bytes. */
const bytesOf = (event: HttpEvent): Uint8Array =>
  Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8');
