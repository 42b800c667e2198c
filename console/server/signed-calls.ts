import { signRequest } from '../../lib/server-api/sign-request.ts';
import { parseObject } from './read-body.ts';

/** Where the server API is, and the keys that sign its calls. */
export interface ServerApiKeys {
  readonly serverApiUrl: string;
  readonly appKey: string;
  readonly appSecret: string;
}

/** Chance, clock and network of the calls. */
export interface CallDeps {
  readonly now: () => number;
  readonly randomId: () => string;
  readonly fetch: typeof fetch;
}

/** A call that the page asks for. */
export interface AskedCall {
  readonly path: string;
  readonly parameters: Readonly<Record<string, string>>;
}

/** Its answer, as the server API gave it. */
export interface CallAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** The only calls that the console signs: what the page offers. */
const signedPaths: ReadonlySet<string> = new Set([
  '/user/getToken.json',
  '/user/checkOnline.json',
  '/chatroom/user/exist.json',
  '/chatroom/user/query.json',
  '/chatroom/user/block/add.json',
  '/chatroom/user/block/rollback.json',
  '/chatroom/user/whitelist/add.json',
  '/chatroom/user/whitelist/remove.json',
  '/chatroom/user/gag/add.json',
  '/chatroom/user/gag/rollback.json',
  '/chatroom/ban/add.json',
  '/chatroom/ban/rollback.json',
  '/chatroom/realtime/set.json',
  '/chatroom/destroy.json',
  '/chatroom/entry/set.json',
  '/chatroom/entry/remove.json',
  '/chatroom/entry/query.json',
  '/message/chatroom/publish.json',
]);

/** The call in a body; undefined if it is none that the console signs. */
export function readCall(body: string): AskedCall | undefined {
  const { path, parameters } = parseObject(body);
  if (typeof path !== 'string' || !signedPaths.has(path)) return undefined;
  if (typeof parameters !== 'object' || parameters === null) return undefined;
  const pairs = Object.entries(parameters).map(([name, value]) => [name, String(value)] as const);
  return { path, parameters: Object.fromEntries(pairs) };
}

/** Signs a call, so that the page needs no secret, and makes it. */
export async function makeCall({ path, parameters }: AskedCall, keys: ServerApiKeys, d: CallDeps): Promise<CallAnswer> {
  const body = new URLSearchParams(parameters).toString();
  const { appKey, appSecret: secret } = keys;
  const signed = { method: 'POST', target: path, body, appKey, secret };
  const response = await d.fetch(`${keys.serverApiUrl}${path}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      ...signRequest({ ...signed, nonce: d.randomId(), timestampMs: d.now() }),
    },
    body,
  });
  return { status: response.status, body: await response.json() };
}
