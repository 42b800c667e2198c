/** Returns the route key that a message names, or undefined when it names none. */
export type RouteSelector = (body: string) => string | undefined;

const EXPRESSION = /^\$(?:request\.body((?:\.\w+)+)|\{request\.body((?:\.\w+)+)\})$/;

/** Parses `$request.body.action`, `${request.body.action}` and deeper paths. */
export function parseRouteSelection(expression: string): RouteSelector {
  const match = EXPRESSION.exec(expression);
  const path = (match?.[1] ?? match?.[2])?.slice(1).split('.');
  if (path === undefined) {
    throw new Error(
      `unable to read route selection expression ${expression}; the local stack supports $request.body paths only`,
    );
  }
  return (body) => selectAt(body, path);
}

function selectAt(body: string, path: readonly string[]): string | undefined {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return undefined;
  }
  for (const name of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    value = Reflect.get(value, name);
  }
  return typeof value === 'string' ? value : undefined;
}
