import { RemovalPolicy } from 'aws-cdk-lib';
import {
  AttributeType,
  Billing,
  type CfnGlobalTable,
  type GlobalSecondaryIndexPropsV2,
  ProjectionType,
  StreamViewType,
  TableEncryptionV2,
  TableV2,
} from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';

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

/** The only table. */
export class RoomTable extends Construct {
  readonly table: TableV2;
  /** ARN of the stream of all changes; a record has the row before and after the change. */
  readonly streamArn: string;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.table = new TableV2(this, 'Table', {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      sortKey: { name: 'sk', type: AttributeType.STRING },
      globalSecondaryIndexes: [audienceIndex],
      billing: Billing.onDemand(),
      timeToLiveAttribute: 'expiresAtSec',
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      encryption: TableEncryptionV2.awsManagedKey(),
      dynamoStream: StreamViewType.NEW_AND_OLD_IMAGES,
      removalPolicy: RemovalPolicy.RETAIN,
      deletionProtection: true,
    });
    this.streamArn = (this.table.node.defaultChild as CfnGlobalTable).attrStreamArn;
  }
}
