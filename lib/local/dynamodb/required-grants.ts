import { arnOf } from '../base/account.ts';
import type { RequiredGrant } from '../iam/iam.ts';

const tableArn = (name: string): string => (name.startsWith('arn:') ? name : arnOf('dynamodb', `table/${name}`));

const transactionActions: Readonly<Record<string, string>> = {
  Put: 'dynamodb:PutItem',
  Update: 'dynamodb:UpdateItem',
  Delete: 'dynamodb:DeleteItem',
  ConditionCheck: 'dynamodb:ConditionCheckItem',
  Get: 'dynamodb:GetItem',
};

/** The grants that a DynamoDB request needs; a transaction needs one for each of its operations. */
export function requiredGrants(operation: string, input: Readonly<Record<string, unknown>>): RequiredGrant[] {
  const action = `dynamodb:${operation}`;
  if (Array.isArray(input.TransactItems)) {
    return (input.TransactItems as Record<string, { TableName: string }>[]).flatMap((item) =>
      Object.entries(item).map(([kind, { TableName }]) => ({
        action: transactionActions[kind] ?? action,
        resource: tableArn(TableName),
      })),
    );
  }
  if (typeof input.RequestItems === 'object' && input.RequestItems !== null) {
    return Object.keys(input.RequestItems).map((name) => ({ action, resource: tableArn(name) }));
  }
  if (typeof input.TableName !== 'string') return [{ action, resource: '*' }];
  const index = typeof input.IndexName === 'string' ? `/index/${input.IndexName}` : '';
  return [{ action, resource: `${tableArn(input.TableName)}${index}` }];
}
