import { describe, expect, it } from 'vitest';
import { describeStack } from '../../../lib/local/template/stack-description.ts';
import { smallTemplate } from '../small-stack.ts';

const stack = describeStack(smallTemplate, 'Small', '/assets');
const tableArn = 'arn:aws:dynamodb:us-east-1:000000000000:table/Table';

describe('the description of a stack', () => {
  it('contains the functions with their bundles and limits', () => {
    expect(stack.functions[0]).toMatchObject({
      logicalId: 'Worker',
      path: 'Small/Worker',
      assetDir: '/assets/asset.worker',
      handler: 'index.handler',
      timeoutMs: 3000,
      memoryMb: 128,
    });
    expect(stack.functions[1]).toMatchObject({ timeoutMs: 1000, statements: [], reservedConcurrency: undefined });
  });

  it('contains the memory and the reserved concurrency of each function', () => {
    const template = structuredClone(smallTemplate);
    Object.assign(template.Resources.Bare.Properties, { MemorySize: 512, ReservedConcurrentExecutions: 0 });
    const { functions } = describeStack(template, 'Small', '/assets');
    expect(functions.map(({ memoryMb, reservedConcurrency }) => [memoryMb, reservedConcurrency])).toEqual([
      [128, undefined],
      [512, 0],
    ]);
  });

  it('contains the statements of each role', () => {
    expect(stack.functions[0]?.statements[0]).toEqual({
      effect: 'Allow',
      actions: ['dynamodb:PutItem', 'dynamodb:GetItem'],
      resources: [tableArn],
    });
  });

  it('contains the body of CreateTable without properties that only CloudFormation has', () => {
    const { create, ttlAttribute } = stack.tables[0] ?? {};
    expect(Object.keys(create ?? {})).toEqual(['TableName', 'AttributeDefinitions', 'KeySchema', 'BillingMode']);
    expect(ttlAttribute).toBe('expiresAtSec');
  });

  it('contains the APIs with the functions of their routes', () => {
    expect(stack.apis).toMatchObject([
      {
        apiId: 'Sockets',
        protocol: 'WEBSOCKET',
        stageName: 'live',
        routeSelectionExpression: '$request.body.action',
        routes: [
          { routeKey: '$connect', functionId: 'Worker', replies: false, authorizer: { functionId: 'Worker' } },
          { routeKey: '$default', functionId: 'Worker', replies: true, authorizer: undefined },
        ],
      },
      { apiId: 'Http', protocol: 'HTTP', routes: [{ routeKey: 'ANY /{proxy+}', functionId: 'Worker' }] },
    ]);
  });

  it('contains the enabled schedules', () => {
    expect(stack.schedules).toMatchObject([{ name: 'Rule', everyMs: 120_000, functionId: 'Worker' }]);
  });

  it('refuses a schedule that is not a rate', () => {
    const Rule = { Type: 'AWS::Events::Rule', Properties: { ScheduleExpression: 'cron(0 * * * ? *)' } };
    expect(() => describeStack({ Resources: { Rule } }, 'Small', '/')).toThrow('unable to run the schedule Rule');
  });
});
