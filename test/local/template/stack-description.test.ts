import { describe, expect, it } from 'vitest';
import { createIam, dynamodbNeeds } from '../../../lib/local/iam/iam.ts';
import { startSchedules } from '../../../lib/local/schedules/schedules.ts';
import { createResolver } from '../../../lib/local/template/resolver.ts';
import { describeStack } from '../../../lib/local/template/stack-description.ts';
import { smallTemplate } from '../small-stack.ts';

const stack = describeStack(smallTemplate, 'Small', '/assets');
const tableArn = 'arn:aws:dynamodb:us-east-1:000000000000:table/Table';

describe('the description of a stack', () => {
  it('has the functions with their bundles and limits', () => {
    expect(stack.functions[0]).toMatchObject({
      logicalId: 'Worker',
      path: 'Small/Worker',
      assetDir: '/assets/asset.worker',
      handler: 'index.handler',
      timeoutMs: 3000,
      memoryMb: 128,
    });
    expect(stack.functions[1]).toMatchObject({ timeoutMs: 1000, statements: [] });
  });

  it('has the statements of each role', () => {
    expect(stack.functions[0]?.statements[0]).toEqual({
      effect: 'Allow',
      actions: ['dynamodb:PutItem', 'dynamodb:GetItem'],
      resources: [tableArn],
    });
  });

  it('has the body of CreateTable without what only CloudFormation knows', () => {
    const { create, ttlAttribute } = stack.tables[0] ?? {};
    expect(Object.keys(create ?? {})).toEqual(['TableName', 'AttributeDefinitions', 'KeySchema', 'BillingMode']);
    expect(ttlAttribute).toBe('expiresAtSec');
  });

  it('has the APIs with what is behind their routes', () => {
    expect(stack.apis).toMatchObject([
      {
        apiId: 'Sockets',
        protocol: 'WEBSOCKET',
        stageName: 'live',
        routeSelectionExpression: '$request.body.action',
        routes: [
          { routeKey: '$connect', functionId: 'Worker', replies: false, authorizer: { functionId: 'Worker' } },
          { routeKey: '$default', functionId: 'Worker', replies: true, authorizer: undefined },
          { routeKey: 'ping', integrationType: 'MOCK', functionId: undefined, replies: false },
        ],
      },
      { apiId: 'Http', protocol: 'HTTP', routes: [{ routeKey: 'ANY /{proxy+}', functionId: 'Worker' }] },
    ]);
  });

  it('has the schedules that are enabled', () => {
    expect(stack.schedules).toMatchObject([{ name: 'Rule', everyMs: 120_000, functionId: 'Worker' }]);
  });

  it('refuses a schedule that is not a rate', () => {
    const Rule = { Type: 'AWS::Events::Rule', Properties: { ScheduleExpression: 'cron(0 * * * ? *)' } };
    expect(() => describeStack({ Resources: { Rule } }, 'Small', '/')).toThrow('unable to run the schedule Rule');
  });
});

describe('the resolver', () => {
  const resolver = createResolver(smallTemplate, 'Small');

  it.each([
    [{ Ref: 'AWS::Region' }, 'us-east-1'],
    [{ Ref: 'Table' }, 'Table'],
    [{ 'Fn::GetAtt': ['Table', 'Arn'] }, tableArn],
    [{ 'Fn::GetAtt': 'Table.Arn' }, tableArn],
    [{ 'Fn::Join': ['-', ['a', { Ref: 'Stage' }]] }, 'a-live'],
    [{ 'Fn::Sub': `\${Stage}/\${Table.Arn}/\${!kept}` }, `live/${tableArn}/\${!kept}`],
    [[{ deep: { Ref: 'Role' } }], [{ deep: 'Role' }]],
  ])('turns %j into %j', (value, expected) => {
    expect(resolver.resolve(value)).toEqual(expected);
  });

  it.each([
    [{ 'Fn::Select': [0, []] }, 'unable to resolve Fn::Select; this machine does not know it'],
    [{ Ref: 'Nobody' }, 'unable to resolve Nobody; the template has no such resource'],
  ])('refuses %j', (value, message) => {
    expect(() => resolver.resolve(value)).toThrow(message);
  });
});

describe('the roles', () => {
  const iam = createIam(stack.functions);

  it.each([
    ['Worker', 'dynamodb:PutItem', tableArn, true],
    ['Worker', 'dynamodb:PutItem', `${tableArn}2`, false],
    ['Worker', 'dynamodb:Query', tableArn, false],
    ['Bare', 'dynamodb:PutItem', tableArn, false],
    ['Nobody', 'dynamodb:PutItem', tableArn, false],
    [
      'Worker',
      'execute-api:ManageConnections',
      'arn:aws:execute-api:us-east-1:1:Sockets/live/POST/@connections/a',
      true,
    ],
    [
      'Worker',
      'execute-api:ManageConnections',
      'arn:aws:execute-api:us-east-1:1:Sockets/live/DELETE/@connections/a',
      false,
    ],
  ])('of %s: %s on %s: %s', (functionId, action, resource, allowed) => {
    expect(iam.allows(functionId, action, resource)).toBe(allowed);
  });

  it.each([
    ['Query', { TableName: 'T', IndexName: 'I' }, [['dynamodb:Query', 'table/T/index/I']]],
    ['BatchWriteItem', { RequestItems: { T: [] } }, [['dynamodb:BatchWriteItem', 'table/T']]],
    [
      'TransactWriteItems',
      { TransactItems: [{ Put: { TableName: 'T' } }, { ConditionCheck: { TableName: 'U' } }] },
      [
        ['dynamodb:PutItem', 'table/T'],
        ['dynamodb:ConditionCheckItem', 'table/U'],
      ],
    ],
  ])('are asked for what %s needs', (operation, input, expected) => {
    const needs = dynamodbNeeds(operation, input).map(({ action, resource }) => [action, resource.split(':')[5]]);
    expect(needs).toEqual(expected);
  });
});

describe('the schedules', () => {
  it('hand the event of EventBridge to the function, or the input of the target', async () => {
    const events: unknown[] = [];
    const [rule] = stack.schedules;
    if (rule === undefined) throw new Error('unable to test schedules; the template has none');
    const schedules = startSchedules({
      schedules: [rule, { ...rule, name: 'Second', logicalId: 'Second', input: '{"own":1}' }],
      invoke: async (functionId, event) => {
        events.push([functionId, event]);
        return { ok: true, payload: null };
      },
      now: () => 0,
      randomId: () => 'event-1',
      mode: 'manual',
      log: () => {},
    });
    await schedules.fire('Rule', 60_000);
    await schedules.fire('Second', 60_000);
    const time = '1970-01-01T00:01:00Z';
    const event = { source: 'aws.events', 'detail-type': 'Scheduled Event', time, resources: [rule.arn] };
    expect(events).toEqual([
      ['Worker', expect.objectContaining(event)],
      ['Worker', { own: 1 }],
    ]);
    await expect(schedules.fire('Third', 0)).rejects.toThrow('unable to fire Third; there is no such schedule');
  });
});
