import { describe, expect, it } from 'vitest';
import { createIam } from '../../../lib/local/iam/iam.ts';
import { describeStack } from '../../../lib/local/template/stack-description.ts';
import { smallTemplate } from '../small-stack.ts';

const stack = describeStack(smallTemplate, 'Small', '/assets');
const tableArn = 'arn:aws:dynamodb:us-east-1:000000000000:table/Table';

describe('IAM', () => {
  const iam = createIam(stack.functions);

  it.each([
    ['Worker', 'dynamodb:PutItem', tableArn, true],
    ['Worker', 'dynamodb:PutItem', `${tableArn}2`, false],
    ['Worker', 'dynamodb:PutItem', `${tableArn}/index/audience`, false],
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
  ])('allows %s to call %s on %s: %s', (functionId, action, resource, allowed) => {
    expect(iam.allows(functionId, action, resource)).toBe(allowed);
  });

  it('records what a call used, only if the whole call is allowed', () => {
    const recording = createIam(stack.functions);
    const [put, query] = ['PutItem', 'Query'].map((name) => ({ action: `dynamodb:${name}`, resource: tableArn }));
    if (put === undefined || query === undefined) throw new Error('unable to test; there are no actions');
    expect(recording.allows('Worker', put.action, put.resource)).toBe(true);
    expect(recording.use('Worker', [put, query])).toBe(query);
    expect(recording.usedGrants()).toEqual([]);
    expect(recording.use('Worker', [put])).toBeUndefined();
    expect(recording.use('Worker', [put])).toBeUndefined();
    expect(recording.usedGrants()).toEqual([{ functionId: 'Worker', functionName: 'Small/Worker', ...put }]);
  });
});
