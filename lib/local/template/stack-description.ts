import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FindFunctionId, FindResources, Template } from './cloudformation.ts';
import { describeApi, type LocalApi } from './local-api.ts';
import { describeAsyncInvoke, type LocalAsyncInvoke } from './local-async-invoke.ts';
import { describeEventSource, type LocalEventSource } from './local-event-source.ts';
import { describeFunction, type LocalFunction } from './local-function.ts';
import { describeQueue, type LocalQueue } from './local-queue.ts';
import { describeSchedules, type LocalSchedule } from './local-schedule.ts';
import { describeSecret, type LocalSecret } from './local-secret.ts';
import { describeTable, type LocalTable } from './local-table.ts';
import { createResolver } from './resolver.ts';

/** The stack of a template: everything that the local parts are created from. */
export interface StackDescription {
  readonly stackName: string;
  readonly functions: readonly LocalFunction[];
  readonly tables: readonly LocalTable[];
  readonly apis: readonly LocalApi[];
  readonly schedules: readonly LocalSchedule[];
  readonly secrets: readonly LocalSecret[];
  readonly queues: readonly LocalQueue[];
  readonly eventSources: readonly LocalEventSource[];
  /** Of the functions whose template says how; the others have AWS's defaults. */
  readonly asyncInvokes: readonly LocalAsyncInvoke[];
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
    throw new Error(`unable to read the cloud assembly; it has ${stacks.length} stacks and must have one`);
  }
  const template = JSON.parse(readFileSync(join(cloudAssembly, file), 'utf8')) as Template;
  return describeStack(template, stackName, cloudAssembly);
}

/** Describes a template whose assets are in `assetRoot`. */
export function describeStack(template: Template, stackName: string, assetRoot: string): StackDescription {
  const resolver = createResolver(template, stackName);
  const find: FindResources = (...types) =>
    Object.entries(template.Resources)
      .filter(([, { Type }]) => types.includes(Type))
      .map(([id, resource]) => [id, resolver.resolve(resource.Properties ?? {}) as Record<string, unknown>, resource]);
  // A function with inline code has no asset, and the local stack does not run it.
  const functions = find('AWS::Lambda::Function')
    .filter(([, , resource]) => typeof resource.Metadata?.['aws:asset:path'] === 'string')
    .map((resource) => describeFunction(resource, template, resolver, assetRoot));
  const findFunctionId: FindFunctionId = (text) =>
    functions.find(({ arn }) => String(text).includes(`${arn}/`) || String(text).endsWith(arn))?.logicalId;
  const tables = find('AWS::DynamoDB::Table', 'AWS::DynamoDB::GlobalTable').map((resource) =>
    describeTable(resource, resolver),
  );
  const queues = find('AWS::SQS::Queue').map((resource) => describeQueue(resource, resolver));
  return {
    stackName,
    functions,
    tables,
    queues,
    eventSources: find('AWS::Lambda::EventSourceMapping').flatMap((resource) =>
      describeEventSource(resource, { functions, tables, queues }),
    ),
    asyncInvokes: find('AWS::Lambda::EventInvokeConfig').map((resource) =>
      describeAsyncInvoke(resource, functions, queues),
    ),
    apis: find('AWS::ApiGatewayV2::Api').map((api) => describeApi(api, find, findFunctionId)),
    schedules: find('AWS::Events::Rule', 'AWS::Scheduler::Schedule').flatMap((resource) =>
      describeSchedules(resource, resolver, findFunctionId),
    ),
    secrets: find('AWS::SecretsManager::Secret').map((resource) => describeSecret(resource, resolver)),
    outputs: Object.fromEntries(
      Object.entries(template.Outputs ?? {}).map(([name, { Value }]) => [name, String(resolver.resolve(Value))]),
    ),
  };
}
