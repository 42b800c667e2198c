import { RemovalPolicy } from 'aws-cdk-lib';
import {
  AttributeType,
  Billing,
  type CfnGlobalTable,
  type ITableV2,
  StreamViewType,
  TableEncryptionV2,
  TableV2,
} from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import { audienceIndex } from './audience-index.ts';
import { LimitAlarm } from './limit-alarm.ts';
import { throttledRequests } from './table-metrics.ts';

/** Which table to use. */
export interface RoomTableProps {
  /** One that was passed goes before `tableStreamArn`. */
  readonly table?: ITableV2 | undefined;
  /** ARN of the stream of a table that a former deployment made; empty: make a new table. */
  readonly tableStreamArn: string;
  /** Whether a new table outlives the stack. */
  readonly keepData: boolean;
  /** With `keepData`: nobody can delete the table until the protection is off. */
  readonly protectTable: boolean;
}

/** The only table: a new one, or that of a former deployment. */
export class RoomTable extends Construct {
  readonly table: TableV2 | ITableV2;
  /** ARN of the stream of all changes; a record has the row before and after the change. */
  readonly streamArn: string;

  constructor(scope: Construct, id: string, props: RoomTableProps) {
    super(scope, id);
    const { table, tableStreamArn } = props;
    if (table !== undefined) {
      if (table.tableStreamArn === undefined) throw new Error('unable to use the table; it has no stream');
      this.table = table;
      this.streamArn = table.tableStreamArn;
    } else if (tableStreamArn === '') {
      const created = createTable(this, props);
      this.table = created;
      this.streamArn = (created.node.defaultChild as CfnGlobalTable).attrStreamArn;
    } else {
      // The ARN of a stream is that of its table with the time at which the stream was enabled.
      const [tableArn = ''] = tableStreamArn.split('/stream/');
      this.table = TableV2.fromTableAttributes(this, 'Adopted', { tableArn, tableStreamArn });
      this.streamArn = tableStreamArn;
    }
    new LimitAlarm(this, 'Throttled', {
      ...{ metric: throttledRequests(this.table.tableName), limit: 50, periods: 1 },
      meaning: 'DynamoDB refused reads or writes; they were tried again, so rooms are slow and some calls failed',
    });
  }
}

const createTable = (scope: Construct, { keepData, protectTable }: RoomTableProps): TableV2 =>
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
    removalPolicy: keepData ? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE : RemovalPolicy.DESTROY,
    deletionProtection: keepData && protectTable,
  });
