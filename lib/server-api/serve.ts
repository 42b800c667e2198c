import { acceptCall } from '../usecases/accept-call.ts';
import { CALLS_PER_SEC, type Endpoint, type ServerApiDeps } from './endpoint.ts';
import { endpoints } from './endpoints.ts';
import { readForm, readJsonForm } from './form.ts';
import type { HttpAnswer, HttpRequest } from './http.ts';
import { ApiCode, RefusedCall } from './refused-call.ts';
import { checkSignature } from './signature.ts';
import { tooFast } from './wording.ts';

/** Enough for the largest batch of entries, percent-encoded. */
const BODY_BYTES_MAX = 1024 * 1024;
const byPath: ReadonlyMap<string, Endpoint> = new Map(endpoints.map((entry) => [entry.path, entry]));

/** Answers one call. The signature is checked before anything else; an answer never reveals anything internal. */
export async function serveServerApi(d: ServerApiDeps, request: HttpRequest): Promise<HttpAnswer> {
  try {
    await checkSignature(d, request);
    const called = endpointOf(request);
    await checkLimit(d, called);
    const form = called.body === 'json' ? readJsonForm(request.bodyBytes) : readForm(request.bodyBytes);
    return answer(200, { code: ApiCode.OK, ...(await called.run(d, form)) });
  } catch (fault) {
    if (fault instanceof RefusedCall) {
      return answer(fault.statusCode, { code: fault.code, errorMessage: fault.message, ...fault.more });
    }
    d.deps.onFault(`serve ${request.path}`, fault);
    return answer(500, { code: ApiCode.INTERNAL, errorMessage: 'unable to serve the call; internal error' });
  }
}

function endpointOf({ path, method, bodyBytes }: HttpRequest): Endpoint {
  const called = byPath.get(path);
  if (called === undefined) throw refused(404, ApiCode.NO_SUCH_PATH, 'there is no such path');
  if (method !== 'POST') throw refused(405, ApiCode.NOT_ALLOWED, 'the method must be POST');
  if (bodyBytes.byteLength > BODY_BYTES_MAX) {
    throw refused(413, ApiCode.TOO_LONG, `the body must be at most ${BODY_BYTES_MAX} bytes`);
  }
  return called;
}

async function checkLimit({ deps }: ServerApiDeps, { path, callsPerSec }: Endpoint): Promise<void> {
  const { serverApiCallsPerSec: setting } = deps.settings;
  const ofSetting = setting === 0 ? Number.POSITIVE_INFINITY : setting;
  const limit = Math.min(callsPerSec, ofSetting);
  const isOff = setting === 0 && callsPerSec >= CALLS_PER_SEC;
  if (isOff || (await acceptCall(deps, path, limit))) return;
  throw tooFast(`unable to accept the call; at most ${limit} a second`);
}

const refused = (statusCode: number, code: ApiCode, why: string) =>
  new RefusedCall(statusCode, code, `unable to accept the call; ${why}`);

function answer(statusCode: number, body: Readonly<Record<string, unknown>>): HttpAnswer {
  const headers: Record<string, string> = { 'content-type': 'application/json; charset=utf-8' };
  if (statusCode === 405) headers.allow = 'POST';
  if (statusCode === 429) headers['retry-after'] = '1';
  return { statusCode, headers, body: JSON.stringify(body) };
}
