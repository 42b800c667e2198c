import { describe, expect, it } from 'vitest';
import { mockRoutesOf } from '../../lib/local/mock-routes.ts';
import type { LocalRoute } from '../../lib/local/template/local-api.ts';

const route = (more: Partial<LocalRoute>): LocalRoute => ({
  routeKey: 'ping',
  integrationType: 'MOCK',
  functionId: undefined,
  requestTemplates: { $default: '{"statusCode":200}' },
  templateSelectionExpression: undefined,
  integrationResponses: [],
  replies: false,
  authorizer: undefined,
  ...more,
});

describe('the MOCK routes', () => {
  it.each<[string, Partial<LocalRoute>]>([
    ['the default template', {}],
    [
      'the template that is named',
      { templateSelectionExpression: '200', requestTemplates: { '200': '{"statusCode":200}' } },
    ],
    ['the default template by its name', { templateSelectionExpression: '\\$default' }],
    ['every other frame', { routeKey: '$default' }],
  ])('are known with %s', (_what, more) => {
    const lambda = route({ routeKey: 'join', integrationType: 'AWS_PROXY', functionId: 'Join', requestTemplates: {} });
    expect(mockRoutesOf([lambda, route(more)])).toEqual([more.routeKey ?? 'ping']);
  });

  const status = 'its MOCK has no request template that gives the status code 200';
  it.each<[string, Partial<LocalRoute>]>([
    ['a MOCK that answers is not known', { replies: true }],
    ['a MOCK is known for frames only', { routeKey: '$connect' }],
    ['a MOCK is known for frames only', { routeKey: '$disconnect' }],
    [status, { requestTemplates: {} }],
    [status, { templateSelectionExpression: '200' }],
    [status, { requestTemplates: { $default: '{"statusCode":500}' } }],
    [status, { requestTemplates: { $default: '#set($a = 1)' } }],
  ])('are refused: %s, for %j', (why, more) => {
    const { routeKey } = route(more);
    expect(() => mockRoutesOf([route(more)])).toThrow(new Error(`unable to open the route ${routeKey}; ${why}`));
  });
});
