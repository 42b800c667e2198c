import { expect, it } from 'vitest';
import { requiredGrants } from '../../../lib/local/dynamodb/required-grants.ts';

it.each([
  ['Query', { TableName: 'T', IndexName: 'I' }, [['dynamodb:Query', 'table/T/index/I']]],
  ['Query', { TableName: 'T' }, [['dynamodb:Query', 'table/T']]],
  ['BatchWriteItem', { RequestItems: { T: [] } }, [['dynamodb:BatchWriteItem', 'table/T']]],
  [
    'TransactWriteItems',
    { TransactItems: [{ Put: { TableName: 'T' } }, { ConditionCheck: { TableName: 'U' } }] },
    [
      ['dynamodb:PutItem', 'table/T'],
      ['dynamodb:ConditionCheckItem', 'table/U'],
    ],
  ],
])('%s needs these grants', (operation, input, expected) => {
  const grants = requiredGrants(operation, input).map(({ action, resource }) => [action, resource.split(':')[5]]);
  expect(grants).toEqual(expected);
});
