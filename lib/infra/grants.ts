import { Stack, Validations } from 'aws-cdk-lib';
import type { WebSocketStage } from 'aws-cdk-lib/aws-apigatewayv2';
import type { ITableV2, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { audienceIndex } from './audience-index.ts';

/** The Lambdas, by the names of their files. */
export type FunctionName =
  | 'authorize'
  | 'connect'
  | 'disconnect'
  | 'message'
  | 'sweep'
  | 'server-api'
  | 'changes'
  | 'webhook'
  | 'deliver'
  | 'watch';

/** Everything that one Lambda may do, besides writing its log. */
export interface Grant {
  readonly table?: readonly string[];
  /** Actions on the index of the table; an action on the table is none on its index. */
  readonly audience?: readonly string[];
  /** Actions on the stream of the table. */
  readonly stream?: readonly string[];
  /** HTTP methods on the connections of the WebSocket API. */
  readonly connections?: readonly ('POST' | 'DELETE')[];
  /** Actions on the queue of the webhook, if there is one. */
  readonly webhookQueue?: readonly string[];
  readonly lostChanges?: readonly string[];
  /** Whether it may start the Lambda that delivers. */
  readonly deliver?: boolean;
  /** Whether it may read the secret. */
  readonly secret?: boolean;
  /** Whether it asks the app's hook, if there is one: starts it where it is a Lambda, else signs the call. */
  readonly messageHook?: boolean;
  /** Whether it receives the address of the webhook, which can hold a key of the app's server. */
  readonly webhookUrl?: boolean;
}

/** The resources that the grants refer to. */
export interface GrantedResources {
  readonly table: TableV2 | ITableV2;
  readonly streamArn: string;
  readonly sockets: WebSocketStage;
  readonly webhookQueue: Queue | undefined;
  readonly lostChanges: Queue;
  /** The Lambda that delivers, once it is there. */
  readonly deliver?: IFunction | undefined;
  readonly secret: Secret | ISecret;
  readonly webhookUrl: string;
  /** Its address: a URL, the ARN of a Lambda, or empty. */
  readonly messageHook: HookAddress;
}

/** A Lambda of the same app has an ARN that is no text yet. */
export interface HookAddress {
  readonly address: string;
  readonly isLambda: boolean;
}

const withoutDelete = ['GetItem', 'PutItem', 'UpdateItem'];

const readAndWrite = [...withoutDelete, 'DeleteItem', 'Query'];

const readAlsoMany = [...readAndWrite, 'BatchGetItem'];

// An event source mapping reads its stream or queue in the role of the function.
const readStream = ['DescribeStream', 'GetRecords', 'GetShardIterator', 'ListStreams'];

const receive = ['ReceiveMessage', 'DeleteMessage', 'GetQueueAttributes'];

const send = ['SendMessage'];

/** What each Lambda may do, and nothing else. */
export const grants: Readonly<Record<FunctionName, Grant>> = {
  authorize: { secret: true },
  connect: { table: [...withoutDelete, 'Query'], connections: ['POST', 'DELETE'] },
  disconnect: { table: withoutDelete },
  message: {
    table: readAlsoMany,
    audience: ['Query'],
    connections: ['POST', 'DELETE'],
    deliver: true,
    messageHook: true,
  },
  sweep: { table: readAlsoMany, audience: ['Query'], connections: ['POST', 'DELETE'] },
  'server-api': {
    table: readAlsoMany,
    audience: ['Query'],
    connections: ['POST', 'DELETE'],
    deliver: true,
    secret: true,
  },
  changes: {
    table: readAlsoMany,
    audience: ['Query'],
    stream: readStream,
    connections: ['POST', 'DELETE'],
    webhookQueue: send,
    lostChanges: send,
  },
  // That it may start itself is said where it is created.
  deliver: { table: readAlsoMany, audience: ['Query'], connections: ['POST', 'DELETE'] },
  watch: { table: ['GetItem'], stream: readStream, deliver: true },
  webhook: { webhookQueue: receive, secret: true, webhookUrl: true },
};

/** The environment variables that say where the Lambda finds what it may use. */
export function addresses(grant: Grant, resources: GrantedResources): Record<string, string> {
  const { table, sockets, webhookQueue, deliver, secret, webhookUrl, messageHook } = resources;
  const sends = grant.webhookQueue?.includes('SendMessage') === true;
  return {
    ...((grant.table ?? grant.audience) && { TABLE_NAME: table.tableName }),
    ...(grant.connections && { CONNECTIONS_URL: sockets.callbackUrl }),
    ...(sends && webhookQueue && { WEBHOOK_QUEUE_URL: webhookQueue.queueUrl }),
    ...(grant.deliver && deliver && { DELIVER_FUNCTION: deliver.functionName }),
    ...(readsSecret(grant, resources) && { SECRET_ARN: secret.secretArn }),
    ...(grant.webhookUrl && { WEBHOOK_URL: webhookUrl }),
    ...(grant.messageHook && messageHook.address !== '' && { MESSAGE_HOOK: messageHook.address }),
  };
}

/** A call of a server is signed with the secret; AWS signs an invocation. */
const readsSecret = (grant: Grant, { messageHook: { address, isLambda } }: GrantedResources): boolean =>
  grant.secret === true || (grant.messageHook === true && address !== '' && !isLambda);

/** The ARN as cdk-nag spells it: each reference is its name in angle brackets. */
function describe(role: Role, arn: string): string {
  const resolved: { 'Fn::Join': [string, (string | { Ref: string })[]] } = Stack.of(role).resolve(arn);
  return resolved['Fn::Join'][1].map((part) => (typeof part === 'string' ? part : `<${part.Ref}>`)).join('');
}

/** Allows the actions of a service on resources. */
export function allow(
  role: Role,
  service: string,
  actions: readonly string[] | undefined,
  arns: readonly string[],
): void {
  if (actions === undefined || arns.length === 0) return;
  role.addToPolicy(
    new PolicyStatement({ actions: actions.map((action) => `${service}:${action}`), resources: [...arns] }),
  );
}

/** Allows HTTP methods on the connections of a stage. */
export function allowConnections(role: Role, methods: readonly string[], { api, stageName }: WebSocketStage): void {
  const arns = methods.map((method) =>
    Stack.of(role).formatArn({
      service: 'execute-api',
      resource: api.apiId,
      resourceName: `${stageName}/${method}/@connections/*`,
    }),
  );
  allow(role, 'execute-api', ['ManageConnections'], arns);
  for (const arn of arns) {
    Validations.of(role).acknowledge({
      id: `AwsSolutions-IAM5[Resource::${describe(role, arn)}]`,
      reason: 'Connection ids exist only while a socket is open; the grant names this API, this stage and the method.',
    });
  }
}

/** Adds the grant to the role. */
export function applyGrant(grant: Grant, role: Role, resources: GrantedResources): void {
  const { table, audience, stream, connections, webhookQueue, lostChanges } = grant;
  const webhookArns = resources.webhookQueue === undefined ? [] : [resources.webhookQueue.queueArn];
  allow(role, 'dynamodb', table, [resources.table.tableArn]);
  allow(role, 'dynamodb', audience, [`${resources.table.tableArn}/index/${audienceIndex.indexName}`]);
  allow(role, 'dynamodb', stream, [resources.streamArn]);
  allowConnections(role, connections ?? [], resources.sockets);
  allow(role, 'sqs', webhookQueue, webhookArns);
  allow(role, 'sqs', lostChanges, [resources.lostChanges.queueArn]);
  const deliverArns = resources.deliver === undefined ? [] : [resources.deliver.functionArn];
  allow(role, 'lambda', grant.deliver ? ['InvokeFunction'] : undefined, deliverArns);
  const { address, isLambda } = resources.messageHook;
  allow(role, 'lambda', grant.messageHook ? ['InvokeFunction'] : undefined, isLambda ? [address] : []);
  const secret = readsSecret(grant, resources) ? ['GetSecretValue'] : undefined;
  allow(role, 'secretsmanager', secret, [resources.secret.secretArn]);
}
