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
});
