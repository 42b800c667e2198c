import { describe, expect, it } from 'vitest';
import { createResolver } from '../../../lib/local/template/resolver.ts';
import { smallTemplate } from '../small-stack.ts';

const tableArn = 'arn:aws:dynamodb:us-east-1:000000000000:table/Table';

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
  ])('resolves %j to %j', (value, expected) => {
    expect(resolver.resolve(value)).toEqual(expected);
  });

  it.each([
    [{ 'Fn::Select': [0, []] }, 'unable to resolve Fn::Select; the local stack does not support it'],
    [{ Ref: 'Nobody' }, 'unable to resolve Nobody; the template has no such resource'],
  ])('refuses %j', (value, message) => {
    expect(() => resolver.resolve(value)).toThrow(message);
  });
});
