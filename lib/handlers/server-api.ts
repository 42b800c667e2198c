import type { HttpAnswer } from '../server-api/http.ts';
import { serveServerApi } from '../server-api/serve.ts';
import type { DepsAt } from './deps.ts';
import type { AppSecret } from './deps-secret.ts';
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

export function serverApiHandler(
  depsAt: DepsAt,
  secretAt: (nowMs: number) => Promise<AppSecret>,
  tokenLifeSec: number,
) {
  return async (event: HttpEvent): Promise<HttpAnswer> => {
    const nowMs = event.requestContext.timeEpoch;
    const { appKey, secrets } = await secretAt(nowMs);
    const [secret = ''] = secrets;
    const request = {
      method: event.requestContext.http.method,
      path: event.rawPath,
      rawQuery: event.rawQueryString,
      headers: event.headers,
      bodyBytes: bytesOf(event),
    };
    const newToken = (userId: string) => issueToken(userId, appKey, secret, nowMs, tokenLifeSec);
    return serveServerApi({ deps: depsAt(nowMs), appKey, secrets, issueToken: newToken }, request);
  };
}

/** API Gateway hands over form bodies in base64. A signature covers the very bytes. */
const bytesOf = (event: HttpEvent): Uint8Array =>
  Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8');
