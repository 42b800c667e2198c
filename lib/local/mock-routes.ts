import type { LocalRoute } from './template/local-api.ts';

/**
 * The keys of the routes that end at a MOCK integration. Only what takes a frame and sends nothing back is known here;
 * any other MOCK is refused with a sentence, so that none is served as something that it is not.
 */
export function mockRoutesOf(routes: readonly LocalRoute[]): readonly string[] {
  const mocks = routes.filter(({ integrationType }) => integrationType === 'MOCK');
  for (const route of mocks) check(route);
  return mocks.map(({ routeKey }) => routeKey);
}

function check(route: LocalRoute): void {
  const fault = (why: string) => new Error(`unable to open the route ${route.routeKey}; ${why}`);
  if (route.routeKey === '$connect' || route.routeKey === '$disconnect') throw fault('a MOCK is known for frames only');
  if (route.replies) throw fault('a MOCK that answers is not known');
  if (statusOf(route) !== 200) throw fault('its MOCK has no request template that gives the status code 200');
}

/** The template is that which the expression names, a static value; a real one may hold Velocity, which is not known. */
function statusOf({ requestTemplates, templateSelectionExpression = '$default' }: LocalRoute): unknown {
  try {
    return JSON.parse(requestTemplates[templateSelectionExpression.replace(/^\\/, '')] ?? '').statusCode;
  } catch {
    return undefined;
  }
}
