import { Stack, Validations } from 'aws-cdk-lib';
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import type { Secret } from 'aws-cdk-lib/aws-secretsmanager';

/** The Lambdas, by the names of their files. */
export type FunctionName = 'authorize' | 'connect' | 'disconnect' | 'message' | 'sweep' | 'server-api';

/** All that one Lambda may do beside writing its own log. */
export interface Grant {
  readonly table: readonly string[];
  /** HTTP methods on the connections of the WebSocket API. */
  readonly connections: readonly ('POST' | 'DELETE')[];
  readonly secret: boolean;
}

/** The resources to which the grants refer. */
export interface GrantedResources {
  readonly table: TableV2;
  readonly secret: Secret;
  readonly apiId: string;
  readonly stageName: string;
}

const readAndWrite = ['GetItem', 'PutItem', 'UpdateItem', 'DeleteItem', 'Query'];

const withoutQuery = ['GetItem', 'PutItem', 'UpdateItem', 'DeleteItem'];

/** Who may do what: exactly this. */
export const grants: Readonly<Record<FunctionName, Grant>> = {
  authorize: { table: [], connections: [], secret: true },
  connect: { table: ['GetItem', 'PutItem'], connections: [], secret: false },
  disconnect: { table: withoutQuery, connections: [], secret: false },
  message: { table: readAndWrite, connections: ['POST'], secret: false },
  sweep: { table: readAndWrite, connections: ['DELETE'], secret: false },
  'server-api': { table: [...readAndWrite, 'BatchGetItem'], connections: ['POST'], secret: true },
};

/** The ARN as the checker of the template spells it: every reference as its name in angle brackets. */
function describe(role: Role, arn: string): string {
  const resolved: { 'Fn::Join': [string, (string | { Ref: string })[]] } = Stack.of(role).resolve(arn);
  return resolved['Fn::Join'][1].map((part) => (typeof part === 'string' ? part : `<${part.Ref}>`)).join('');
}

/** Writes the Lambda's row of the table above into its role. */
export function applyGrant(name: FunctionName, role: Role, resources: GrantedResources): void {
  const grant = grants[name];
  const allow = (actions: string[], arns: string[]) =>
    role.addToPolicy(new PolicyStatement({ actions, resources: arns }));
  if (grant.table.length > 0) {
    allow(
      grant.table.map((action) => `dynamodb:${action}`),
      [resources.table.tableArn],
    );
  }
  if (grant.connections.length > 0) {
    const { apiId, stageName } = resources;
    const arns = grant.connections.map((method) =>
      Stack.of(role).formatArn({
        service: 'execute-api',
        resource: apiId,
        resourceName: `${stageName}/${method}/@connections/*`,
      }),
    );
    allow(['execute-api:ManageConnections'], arns);
    for (const arn of arns) {
      Validations.of(role).acknowledge({
        id: `AwsSolutions-IAM5[Resource::${describe(role, arn)}]`,
        reason:
          'Connection ids exist only while a socket is open; the grant names this API, this stage and the method.',
      });
    }
  }
  if (grant.secret) allow(['secretsmanager:GetSecretValue'], [resources.secret.secretArn]);
}
