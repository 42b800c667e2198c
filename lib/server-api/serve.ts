import type { Endpoint, ServerApiDeps } from './endpoint.ts';
import { endpoints } from './endpoints.ts';
import { ApiCode, RefusedCall } from './refused-call.ts';
import { checkSignature } from './signature.ts';

export interface HttpRequest {
  readonly method: string;
  readonly path: string;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  /** Decoded text. */
  readonly body: string;
}

export interface HttpAnswer {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: string;
}

const BODY_BYTES_MAX = 128 * 1024;
const byPath: ReadonlyMap<string, Endpoint> = new Map(endpoints.map((entry) => [entry.path, entry]));

/** Answers one call. The signature is checked before anything else; nothing internal is ever told. */
export async function serveServerApi(d: ServerApiDeps, request: HttpRequest): Promise<HttpAnswer> {
  try {
    checkSignature(d, request.headers);
    const called = byPath.get(request.path);
    if (called === undefined) throw refused(404, ApiCode.NO_SUCH_PATH, 'there is no such path');
    if (request.method !== 'POST') throw refused(405, ApiCode.NOT_ALLOWED, 'the method must be POST');
    if (Buffer.byteLength(request.body) > BODY_BYTES_MAX) {
      throw refused(413, ApiCode.TOO_LONG, `the body must be at most ${BODY_BYTES_MAX} bytes`);
    }
    const more = await called.run(d, new URLSearchParams(request.body));
    return answer(200, { code: ApiCode.OK, ...more });
  } catch (fault) {
    if (fault instanceof RefusedCall) {
      return answer(fault.statusCode, { code: fault.code, errorMessage: fault.message, ...fault.more });
    }
    d.deps.onFault(`serve ${request.path}`, fault);
    return answer(500, { code: ApiCode.INTERNAL, errorMessage: 'unable to serve the call; internal error' });
  }
}

const refused = (statusCode: number, code: ApiCode, why: string) =>
  new RefusedCall(statusCode, code, `unable to accept the call; ${why}`);

function answer(statusCode: number, body: Readonly<Record<string, unknown>>): HttpAnswer {
  const headers: Record<string, string> = { 'content-type': 'application/json; charset=utf-8' };
  if (statusCode === 405) headers.allow = 'POST';
  return { statusCode, headers, body: JSON.stringify(body) };
}
