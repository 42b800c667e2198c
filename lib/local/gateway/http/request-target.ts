import type { IncomingMessage } from 'node:http';

/** The path and the query of a request, as sent. A URL parser would read `//x/y` as a host. */
export function requestTarget(request: IncomingMessage): { readonly path: string; readonly query: string } {
  const target = request.url ?? '/';
  const mark = target.indexOf('?');
  return mark < 0 ? { path: target, query: '' } : { path: target.slice(0, mark), query: target.slice(mark + 1) };
}
