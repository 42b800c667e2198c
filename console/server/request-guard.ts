import type { IncomingHttpHeaders } from 'node:http';

/** The part of a request that says where it comes from. */
export interface RequestOrigin {
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
}

/**
 * Why a request may not come from the console's own page; undefined where it may. A page of another site can make the
 * browser send requests here: by a name of its own that resolves to this machine, which `Host` shows, or from its own
 * origin, which `Origin` and `Sec-Fetch-Site` show.
 */
export function refusalOf({ method, headers }: RequestOrigin, port: number): string | undefined {
  const host = headers.host ?? '';
  if (!hostsOf(port).includes(host)) return 'the header Host is not that of the console';
  const { origin } = headers;
  if (origin !== undefined && origin !== `http://${host}`) return 'the call comes from another origin';
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return 'the call comes from another site';
  if (method !== 'GET' && origin === undefined) return 'the header Origin is missing';
  return undefined;
}

/** Why a call cannot be one of the webhook, which no browser makes; undefined where it can. */
export function webhookRefusalOf({ headers }: RequestOrigin, port: number): string | undefined {
  if (!hostsOf(port).includes(headers.host ?? '')) return 'the header Host is not that of the console';
  const isOfBrowser = headers.origin !== undefined || headers['sec-fetch-site'] !== undefined;
  return isOfBrowser ? 'the call comes from a browser' : undefined;
}

const hostsOf = (port: number): readonly string[] => [`127.0.0.1:${port}`, `localhost:${port}`];
