import { type HttpAnswer, serveServerApi } from '../server-api/serve.ts';
import type { DepsAt } from './deps.ts';
import type { AppSecret } from './deps-secret.ts';
import { issueToken } from './token.ts';

/** What we read of an HTTP API event, payload format 2.0. */
export interface HttpEvent {
  readonly rawPath: string;
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
      headers: { ...event.headers },
      body: textOf(event),
    };
    const newToken = (userId: string) => issueToken(userId, appKey, secret, nowMs, tokenLifeSec);
    return serveServerApi({ deps: depsAt(nowMs), appKey, secrets, issueToken: newToken }, request);
  };
}

/** API Gateway hands over form bodies in base64. */
const textOf = (event: HttpEvent): string =>
  event.isBase64Encoded ? Buffer.from(event.body ?? '', 'base64').toString('utf8') : (event.body ?? '');
