import { resolve as resolvePath } from 'node:path';
import type { ResolvedResource, Template } from './cloudformation.ts';
import type { Resolver } from './resolver.ts';
import { readStatements, type Statement } from './statement.ts';

/** A Lambda function of the template. */
export interface LocalFunction {
  readonly logicalId: string;
  readonly functionName: string;
  readonly arn: string;
  /** The path in the construct tree, for logs and errors. */
  readonly path: string;
  readonly assetDir: string;
  readonly handler: string;
  readonly timeoutMs: number;
  readonly memoryMb: number;
  /** The most environments that run concurrently; undefined without a limit of its own. */
  readonly reservedConcurrency: number | undefined;
  readonly environment: Readonly<Record<string, string>>;
  readonly statements: readonly Statement[];
  /** The log that the template names; Lambda writes it in the role of the function. */
  readonly logGroupArn: string | undefined;
}

/** Describes a function whose asset is in `assetRoot`, with the defaults of AWS::Lambda::Function. */
export function describeFunction(
  [logicalId, properties, resource]: ResolvedResource,
  template: Template,
  resolver: Resolver,
  assetRoot: string,
): LocalFunction {
  const variables = (properties.Environment as { Variables?: Record<string, unknown> } | undefined)?.Variables ?? {};
  const { LogGroup: log } = (resource.Properties?.LoggingConfig ?? {}) as { LogGroup?: { Ref?: string } };
  return {
    logicalId,
    functionName: resolver.physicalName(logicalId),
    arn: resolver.arn(logicalId),
    path: String(resource.Metadata?.['aws:cdk:path'] ?? logicalId).replace(/\/Resource$/, ''),
    assetDir: resolvePath(assetRoot, String(resource.Metadata?.['aws:asset:path'])),
    handler: String(properties.Handler),
    timeoutMs: Number(properties.Timeout ?? 3) * 1000,
    memoryMb: Number(properties.MemorySize ?? 128),
    reservedConcurrency:
      properties.ReservedConcurrentExecutions === undefined
        ? undefined
        : Number(properties.ReservedConcurrentExecutions),
    environment: Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, String(value)])),
    statements: readStatements(template, resolver, resource.Properties?.Role),
    logGroupArn: log?.Ref === undefined ? undefined : resolver.arn(log.Ref),
  };
}
