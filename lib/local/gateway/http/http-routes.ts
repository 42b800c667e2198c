/** The route of a request, with the values of its path variables. */
export interface RouteMatch {
  readonly routeKey: string;
  readonly functionId: string;
  readonly pathParameters: Readonly<Record<string, string>>;
}

/** Finds the most specific route: fixed path, then variables, then `{proxy+}`, then `$default`; method before ANY. */
export function matchRoute(
  routes: Readonly<Record<string, string>>,
  method: string,
  path: string,
): RouteMatch | undefined {
  const matches = Object.entries(routes).flatMap(([routeKey, functionId]) => {
    const found = matchKey(routeKey, method, path);
    return found === undefined ? [] : [{ routeKey, functionId, ...found }];
  });
  const best = matches.sort((left, right) => left.rank - right.rank)[0];
  if (best === undefined) return undefined;
  return { routeKey: best.routeKey, functionId: best.functionId, pathParameters: best.pathParameters };
}

interface KeyMatch {
  readonly rank: number;
  readonly pathParameters: Record<string, string>;
}

const DEFAULT_RANK = 100;

function matchKey(routeKey: string, method: string, path: string): KeyMatch | undefined {
  if (routeKey === '$default') return { rank: DEFAULT_RANK, pathParameters: {} };
  const [routeMethod = '', routePath = ''] = routeKey.split(' ');
  if (routeMethod !== 'ANY' && routeMethod !== method) return undefined;
  const pathParameters = matchPath(routePath.split('/'), path.split('/'));
  if (pathParameters === undefined) return undefined;
  const pathRank = routePath.includes('+}') ? 4 : routePath.includes('{') ? 2 : 0;
  return { rank: pathRank + (routeMethod === 'ANY' ? 1 : 0), pathParameters };
}

function matchPath(pattern: readonly string[], segments: readonly string[]): Record<string, string> | undefined {
  const found: Record<string, string> = {};
  for (const [at, part] of pattern.entries()) {
    const segment = segments[at];
    if (segment === undefined) return undefined;
    const [, name, greedy] = /^\{([^+}]+)(\+?)\}$/.exec(part) ?? [];
    if (name === undefined) {
      if (part !== segment) return undefined;
      continue;
    }
    const value = greedy === '+' ? segments.slice(at).join('/') : segment;
    if (value === '') return undefined;
    found[name] = value;
    if (greedy === '+') return found;
  }
  return pattern.length === segments.length ? found : undefined;
}
