import { endpoints, type HttpRequest, type ServerApiDeps, serveServerApi } from '../../lib/server-api/index.ts';
import { object, whole } from '../../lib/server-api/schema.ts';
import type { Secrets, SecretsInForce } from '../../lib/server-api/secrets.ts';
import type { Deps } from '../../lib/usecases/deps.ts';
import { breaches } from './conforms.ts';
import { APP_KEY, SECRETS, signedCall } from './signed-call.ts';

export interface Answered {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, unknown>>;
}

export type FormValues = Readonly<Record<string, string | number | readonly string[]>>;

export const formText = (values: FormValues): string =>
  new URLSearchParams(
    Object.entries(values).flatMap(([name, value]) =>
      typeof value === 'object' ? value.map((one) => [name, one]) : [[name, `${value}`]],
    ),
  ).toString();

/** `<text>0`, `<text>1` … */
export const numbered = (text: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${text}${index}`);

/** Secrets that never change. */
export const inForce = (secrets: Secrets): SecretsInForce => ({
  current: async () => secrets,
  renewed: async () => undefined,
});

export const apiDeps = (deps: Deps): ServerApiDeps => ({
  deps,
  appKey: APP_KEY,
  secrets: inForce(SECRETS),
  issueToken: async (userId, sender) => `token-of-${userId}${sender === undefined ? '' : JSON.stringify(sender)}`,
});

/** Serves a call; an answer that its endpoint does not declare fails the test. */
export async function serve(deps: Deps, request: HttpRequest): Promise<Answered> {
  const answer = await serveServerApi(apiDeps(deps), request);
  const body = JSON.parse(answer.body) as Record<string, unknown>;
  if (answer.statusCode === 200) checkDeclared(request.path, body);
  else if (typeof body.code !== 'number' || typeof body.errorMessage !== 'string') {
    throw new Error(`${request.path} refuses without code or reason: ${answer.body}`);
  }
  return { statusCode: answer.statusCode, headers: answer.headers, body };
}

function checkDeclared(path: string, body: object): void {
  const called = endpoints.find((one) => one.path === path);
  const declared = object({ code: whole('200'), ...called?.answer }, called?.sometimes);
  const wrong = breaches(declared, body);
  if (wrong.length > 0) throw new Error(`${path} answers what it does not declare: ${wrong.join(', ')}`);
}

/** Calls with a form or with verbatim text; returns the body of the answer. */
export const callerOf =
  (deps: Deps) =>
  async (path: string, values: FormValues | string = {}): Promise<Readonly<Record<string, unknown>>> =>
    (await serve(deps, signedCall(path, typeof values === 'string' ? values : formText(values)))).body;
