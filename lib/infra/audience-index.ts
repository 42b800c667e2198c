import { AttributeType, type GlobalSecondaryIndexPropsV2, ProjectionType } from 'aws-cdk-lib/aws-dynamodb';

/**
 * Lists the members of a room who are connected and, under another partition value, those who are offline. A row without
 * both keys is not in it. Every read of an index is eventually consistent, so no decision may depend on one.
 */
export const audienceIndex: GlobalSecondaryIndexPropsV2 = {
  indexName: 'audience',
  partitionKey: { name: 'listedIn', type: AttributeType.STRING },
  sortKey: { name: 'listedAs', type: AttributeType.STRING },
  projectionType: ProjectionType.INCLUDE,
  nonKeyAttributes: ['connections', 'userId', 'roomEpoch', 'offlineSeq', 'offlineAtMs'],
};
