import { account } from '../base/account.ts';
import type { LocalFunction } from '../template/local-function.ts';

/** The function that a request of the Invoke API names. */
export interface InvokedFunction {
  /** The ARN that the caller needs a grant on. */
  readonly arn: string;
  /** Undefined when the template has no such function or version. */
  readonly fn: LocalFunction | undefined;
}

const pathPattern = /^\/2015-03-31\/functions\/([^/]+)\/invocations\/?$/;
const namePattern = /^(?:arn:aws:lambda:([\w-]+):)?(?:(\d{12}):)?(?:function:)?([\w-]+)(?::([\w$-]+))?$/;

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
};

/** Reads the name, the ARN or the partial ARN in the path of a request; undefined when the path is another one. */
export function readInvokedFunction(
  path: string,
  query: URLSearchParams,
  functions: readonly LocalFunction[],
): InvokedFunction | undefined {
  const name = decoded(pathPattern.exec(path)?.[1] ?? '');
  const parts = namePattern.exec(name);
  if (parts === null) return undefined;
  const [, region = account.region, accountId = account.accountId, functionName, suffix] = parts;
  const unqualified = `arn:${account.partition}:lambda:${region}:${accountId}:function:${functionName}`;
  const qualifier = query.get('Qualifier') ?? suffix;
  // The template's functions have no versions, so the latest is the only one.
  const fn = (qualifier ?? '$LATEST') === '$LATEST' ? functions.find(({ arn }) => arn === unqualified) : undefined;
  return { arn: qualifier === undefined ? unqualified : `${unqualified}:${qualifier}`, fn };
}
