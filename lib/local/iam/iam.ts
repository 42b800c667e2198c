import { pseudo } from '../template/resolver.ts';
import type { LocalFunction } from '../template/stack-description.ts';

/** A grant that a function made use of. */
export interface Use {
  readonly functionId: string;
  readonly functionName: string;
  readonly action: string;
  readonly resource: string;
}

/** Decides by the statements of the functions' roles, and remembers what was asked and allowed. */
export interface Iam {
  knows(functionId: string): boolean;
  allows(functionId: string, action: string, resource: string): boolean;
  uses(): Use[];
}

/** One pair that a request needs. */
export interface Need {
  readonly action: string;
  readonly resource: string;
}

function matches(pattern: string, text: string, flags: '' | 'i'): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, `s${flags}`).test(text);
}

/** Makes the judge of a stack. */
export function createIam(functions: readonly LocalFunction[]): Iam {
  const byId = new Map(functions.map((fn) => [fn.logicalId, fn]));
  const used = new Map<string, Use>();
  return {
    knows: (functionId) => byId.has(functionId),
    allows: (functionId, action, resource) => {
      const fn = byId.get(functionId);
      const hits = (fn?.statements ?? []).filter(
        ({ actions, resources }) =>
          actions.some((pattern) => matches(pattern, action, 'i')) &&
          resources.some((pattern) => matches(pattern, resource, '')),
      );
      const allowed = hits.length > 0 && hits.every(({ effect }) => effect === 'Allow');
      if (fn !== undefined && allowed) {
        used.set(`${functionId} ${action} ${resource}`, { functionId, functionName: fn.path, action, resource });
      }
      return allowed;
    },
    uses: () => [...used.values()],
  };
}

const tableArn = (name: string): string =>
  name.startsWith('arn:')
    ? name
    : `arn:${pseudo.partition}:dynamodb:${pseudo.region}:${pseudo.accountId}:table/${name}`;

const transactActions: Readonly<Record<string, string>> = {
  Put: 'dynamodb:PutItem',
  Update: 'dynamodb:UpdateItem',
  Delete: 'dynamodb:DeleteItem',
  ConditionCheck: 'dynamodb:ConditionCheckItem',
  Get: 'dynamodb:GetItem',
};

/** What a DynamoDB request needs; a transaction needs the action of each of its parts. */
export function dynamodbNeeds(operation: string, input: Readonly<Record<string, unknown>>): Need[] {
  const action = `dynamodb:${operation}`;
  if (Array.isArray(input.TransactItems)) {
    return (input.TransactItems as Record<string, { TableName: string }>[]).flatMap((item) =>
      Object.entries(item).map(([kind, { TableName }]) => ({
        action: transactActions[kind] ?? action,
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
