import { RemovalPolicy } from 'aws-cdk-lib';
import {
  AttributeType,
  Billing,
  type CfnGlobalTable,
  type GlobalSecondaryIndexPropsV2,
  type ITableV2,
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

/** Which table to use. */
export interface RoomTableProps {
  /** ARN of the stream of a table that a former deployment made; empty: make a new table. */
  readonly tableStreamArn: string;
  /** Nobody can delete the table until the protection is off. */
  readonly protectTable: boolean;
}

/** The only table: a new one, or that of a former deployment. */
export class RoomTable extends Construct {
  readonly table: TableV2 | ITableV2;
  /** ARN of the stream of all changes; a record has the row before and after the change. */
  readonly streamArn: string;

  constructor(scope: Construct, id: string, { tableStreamArn, protectTable }: RoomTableProps) {
    super(scope, id);
    if (tableStreamArn === '') {
      const created = createTable(this, protectTable);
      this.table = created;
      this.streamArn = (created.node.defaultChild as CfnGlobalTable).attrStreamArn;
    } else {
      // The ARN of a stream is that of its table with the time at which the stream was enabled.
      const [tableArn = ''] = tableStreamArn.split('/stream/');
      this.table = TableV2.fromTableAttributes(this, 'Adopted', { tableArn, tableStreamArn });
      this.streamArn = tableStreamArn;
    }
  }
}

const createTable = (scope: Construct, protectTable: boolean): TableV2 =>
  new TableV2(scope, 'Table', {
    partitionKey: { name: 'pk', type: AttributeType.STRING },
    sortKey: { name: 'sk', type: AttributeType.STRING },
    globalSecondaryIndexes: [audienceIndex],
    billing: Billing.onDemand(),
    timeToLiveAttribute: 'expiresAtSec',
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    encryption: TableEncryptionV2.awsManagedKey(),
    dynamoStream: StreamViewType.NEW_AND_OLD_IMAGES,
    // It outlives the stack, except one whose first deployment failed: that table is empty.
    removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    deletionProtection: protectTable,
  });
