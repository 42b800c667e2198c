import { readFileSync } from 'node:fs';
import { join, resolve as resolvePath } from 'node:path';
import { describeApi, type FindFunction, type LocalApi } from './local-api.ts';
import { describeEventSource, type LocalEventSource } from './local-event-source.ts';
import { describeQueue, type LocalQueue } from './local-queue.ts';
import { createResolver, type Entry, type Resolver, type Template } from './resolver.ts';
import { readStatements, type Statement } from './statement.ts';

/** A Lambda function of the template. */
export interface LocalFunction {
  readonly logicalId: string;
  readonly functionName: string;
  readonly arn: string;
  /** The path in the construct tree, for people. */
  readonly path: string;
  readonly assetDir: string;
  readonly handler: string;
  readonly timeoutMs: number;
  readonly memoryMb: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly statements: readonly Statement[];
}

/** What a stream shows of each change. */
export type StreamViewType = 'KEYS_ONLY' | 'NEW_IMAGE' | 'OLD_IMAGE' | 'NEW_AND_OLD_IMAGES';

/** A DynamoDB table: the body of its CreateTable call, its stream and its TTL attribute. */
export interface LocalTable {
  readonly logicalId: string;
  readonly tableName: string;
  readonly arn: string;
  readonly stream: { readonly arn: string; readonly viewType: StreamViewType } | undefined;
  readonly create: Readonly<Record<string, unknown>>;
  readonly ttlAttribute: string | undefined;
}

/** A schedule, from an EventBridge rule or from the scheduler. */
export interface LocalSchedule {
  readonly logicalId: string;
  readonly name: string;
  readonly arn: string;
  readonly everyMs: number;
  readonly functionId: string;
  readonly input: string | undefined;
}

/** A secret and how its value is made. */
export interface LocalSecret {
  readonly logicalId: string;
  readonly name: string;
  readonly arn: string;
  readonly secretString: string | undefined;
  readonly generate: Readonly<Record<string, unknown>>;
}

/** All that this machine needs to know of a stack. */
export interface StackDescription {
  readonly stackName: string;
  readonly functions: readonly LocalFunction[];
  readonly tables: readonly LocalTable[];
  readonly apis: readonly LocalApi[];
  readonly schedules: readonly LocalSchedule[];
  readonly secrets: readonly LocalSecret[];
  readonly queues: readonly LocalQueue[];
  readonly eventSources: readonly LocalEventSource[];
  readonly outputs: Readonly<Record<string, string>>;
}

interface Manifest {
  readonly artifacts: Readonly<
    Record<string, { readonly type: string; readonly properties?: { templateFile?: string } }>
  >;
}

/** Reads the only stack of a cloud assembly (the folder that a CDK synthesis writes). */
export function readStack(cloudAssembly: string): StackDescription {
  const manifest = JSON.parse(readFileSync(join(cloudAssembly, 'manifest.json'), 'utf8')) as Manifest;
  const stacks = Object.entries(manifest.artifacts).filter(([, { type }]) => type === 'aws:cloudformation:stack');
  const [stackName, artifact] = stacks[0] ?? [];
  const file = artifact?.properties?.templateFile;
  if (stacks.length !== 1 || stackName === undefined || file === undefined) {
    throw new Error(`unable to read the cloud assembly; it holds ${stacks.length} stacks and must hold one`);
  }
  const template = JSON.parse(readFileSync(join(cloudAssembly, file), 'utf8')) as Template;
  return describeStack(template, stackName, cloudAssembly);
}

/** Describes a template whose assets lie in `assetRoot`. */
export function describeStack(template: Template, stackName: string, assetRoot: string): StackDescription {
  const resolver = createResolver(template, stackName);
  const entries = (...types: string[]): Entry[] =>
    Object.entries(template.Resources)
      .filter(([, { Type }]) => types.includes(Type))
      .map(([id, resource]) => [id, resolver.resolve(resource.Properties ?? {}) as Record<string, unknown>, resource]);
  const functions = entries('AWS::Lambda::Function')
    .filter(([, , resource]) => typeof resource.Metadata?.['aws:asset:path'] === 'string')
    .map((entry) => describeFunction(entry, template, resolver, assetRoot));
  const functionIdOf = (text: unknown): string | undefined =>
    functions.find(({ arn }) => String(text).includes(`${arn}/`) || String(text).endsWith(arn))?.logicalId;
  const tables = entries('AWS::DynamoDB::Table', 'AWS::DynamoDB::GlobalTable').map((entry) =>
    describeTable(entry, resolver),
  );
  const queues = entries('AWS::SQS::Queue').map((entry) => describeQueue(entry, resolver));
  return {
    stackName,
    functions,
    tables,
    queues,
    eventSources: entries('AWS::Lambda::EventSourceMapping').flatMap((entry) =>
      describeEventSource(entry, { functions, tables, queues }),
    ),
    apis: entries('AWS::ApiGatewayV2::Api').map((api) => describeApi(api, entries, functionIdOf)),
    schedules: entries('AWS::Events::Rule', 'AWS::Scheduler::Schedule').flatMap((entry) =>
      describeSchedule(entry, resolver, functionIdOf),
    ),
    secrets: entries('AWS::SecretsManager::Secret').map((entry) => describeSecret(entry, resolver)),
    outputs: Object.fromEntries(
      Object.entries(template.Outputs ?? {}).map(([name, { Value }]) => [name, String(resolver.resolve(Value))]),
    ),
  };
}

function describeFunction(entry: Entry, template: Template, resolver: Resolver, assetRoot: string): LocalFunction {
  const [logicalId, properties, resource] = entry;
  const variables = (properties.Environment as { Variables?: Record<string, unknown> } | undefined)?.Variables ?? {};
  return {
    logicalId,
    functionName: resolver.physicalName(logicalId),
    arn: resolver.arn(logicalId),
    path: String(resource.Metadata?.['aws:cdk:path'] ?? logicalId).replace(/\/Resource$/, ''),
    assetDir: resolvePath(assetRoot, String(resource.Metadata?.['aws:asset:path'])),
    handler: String(properties.Handler),
    // The defaults of AWS::Lambda::Function.
    timeoutMs: Number(properties.Timeout ?? 3) * 1000,
    memoryMb: Number(properties.MemorySize ?? 128),
    environment: Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, String(value)])),
    statements: readStatements(template, resolver, resource.Properties?.Role),
  };
}

const createTableKeys = [
  'AttributeDefinitions',
  'KeySchema',
  'BillingMode',
  'GlobalSecondaryIndexes',
  'LocalSecondaryIndexes',
  'ProvisionedThroughput',
];

function describeTable([logicalId, properties]: Entry, resolver: Resolver): LocalTable {
  const tableName = resolver.physicalName(logicalId);
  const kept = createTableKeys.flatMap((key) =>
    properties[key] === undefined ? [] : [[key, properties[key]] as const],
  );
  const stream = properties.StreamSpecification as { StreamViewType?: StreamViewType } | undefined;
  const ttl = properties.TimeToLiveSpecification as { AttributeName?: string; Enabled?: boolean } | undefined;
  return {
    logicalId,
    tableName,
    arn: resolver.arn(logicalId),
    stream:
      stream?.StreamViewType === undefined
        ? undefined
        : {
            arn: String(resolver.resolve({ 'Fn::GetAtt': [logicalId, 'StreamArn'] })),
            viewType: stream.StreamViewType,
          },
    create: {
      TableName: tableName,
      ...Object.fromEntries(kept),
      // Whatever the stream is to show: that a write changed nothing can only be seen in both images.
      ...(stream === undefined
        ? {}
        : { StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' } }),
    },
    ttlAttribute: ttl?.Enabled === true ? ttl.AttributeName : undefined,
  };
}

const unitMs = new Map([
  ['minute', 60_000],
  ['hour', 3_600_000],
  ['day', 86_400_000],
]);

function describeSchedule(
  [logicalId, properties]: Entry,
  resolver: Resolver,
  functionIdOf: FindFunction,
): LocalSchedule[] {
  if (properties.State === 'DISABLED' || properties.ScheduleExpression === undefined) return [];
  const expression = String(properties.ScheduleExpression);
  const [, count, unit = ''] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression) ?? [];
  const everyMs = Number(count) * (unitMs.get(unit) ?? Number.NaN);
  if (Number.isNaN(everyMs)) throw new Error(`unable to run the schedule ${logicalId}; ${expression} is not a rate`);
  const targets = (properties.Targets ?? [properties.Target]) as { Arn?: unknown; Input?: string }[];
  return targets.flatMap(({ Arn, Input }) => {
    const functionId = functionIdOf(Arn);
    const name = resolver.physicalName(logicalId);
    return functionId === undefined
      ? []
      : [{ logicalId, name, arn: resolver.arn(logicalId), everyMs, functionId, input: Input }];
  });
}

function describeSecret([logicalId, properties]: Entry, resolver: Resolver): LocalSecret {
  return {
    logicalId,
    name: resolver.physicalName(logicalId),
    arn: resolver.arn(logicalId),
    secretString: properties.SecretString as string | undefined,
    generate: (properties.GenerateSecretString ?? {}) as Record<string, unknown>,
  };
}
