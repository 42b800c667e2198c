import type { ResolvedResource } from './cloudformation.ts';
import type { Resolver } from './resolver.ts';

/** Which images of the item a stream record contains. */
export type StreamViewType = 'KEYS_ONLY' | 'NEW_IMAGE' | 'OLD_IMAGE' | 'NEW_AND_OLD_IMAGES';

/** The stream of a table. */
export interface LocalStream {
  readonly arn: string;
  readonly viewType: StreamViewType;
}

/** A DynamoDB table: the body of its CreateTable call, its stream and its TTL attribute. */
export interface LocalTable {
  readonly logicalId: string;
  readonly tableName: string;
  readonly arn: string;
  readonly stream: LocalStream | undefined;
  readonly create: Readonly<Record<string, unknown>>;
  readonly ttlAttribute: string | undefined;
}

const createTableKeys = [
  'AttributeDefinitions',
  'KeySchema',
  'BillingMode',
  'GlobalSecondaryIndexes',
  'LocalSecondaryIndexes',
  'ProvisionedThroughput',
];

/** Describes a table. */
export function describeTable([logicalId, properties]: ResolvedResource, resolver: Resolver): LocalTable {
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
      // Whatever the view type: only both images together show that a write changed nothing.
      ...(stream === undefined
        ? {}
        : { StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' } }),
    },
    ttlAttribute: ttl?.Enabled === true ? ttl.AttributeName : undefined,
  };
}
