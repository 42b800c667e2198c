import { Duration } from 'aws-cdk-lib';
import { Policy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { CfnEventSourceMapping, type CfnFunction, EventInvokeConfig, type IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { RoomFunction } from './room-function.ts';
import { addStreamAlarm } from './stream-alarm.ts';

/** The rows of rooms on which a write has left a lease to deliver. */
const LEASES = { dynamodb: { NewImage: { deliveryId: { S: [{ exists: true }] } } } };

/** What the Lambda that delivers needs around it: it starts itself, and another one watches its leases. */
export class Deliveries extends Construct {
  constructor(scope: Construct, id: string, { handler, role, function: code }: RoomFunction) {
    super(scope, id);
    // A run hands over to the next one for as long as its room is busy.
    (code.node.defaultChild as CfnFunction).addPropertyOverride('RecursiveLoop', 'Allow');
    // A policy of its own: the function depends on its role and on what belongs to that, and this names the function.
    new Policy(this, 'StartsItself', {
      roles: [role],
      statements: [new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [handler.functionArn] })],
    });
    // A job that is older has been taken over by another run.
    new EventInvokeConfig(this, 'Jobs', { function: handler, maxEventAge: Duration.minutes(15), retryAttempts: 2 });
  }

  /** Runs this Lambda on the leases. Its role must be able to read the stream. */
  watch(watch: IFunction, streamArn: string): void {
    addStreamAlarm(
      this,
      watch,
      'Deliveries whose Lambda died are continued minutes late, unless the room has a new message',
    );
    new CfnEventSourceMapping(this, 'Leases', {
      functionName: watch.functionName,
      eventSourceArn: streamArn,
      startingPosition: 'LATEST',
      filterCriteria: { filters: [{ pattern: JSON.stringify(LEASES) }] },
      batchSize: 1_000,
      // Most leases end within the window, and the others need a check only when they have lapsed.
      maximumBatchingWindowInSeconds: 5,
      parallelizationFactor: 1,
      bisectBatchOnFunctionError: true,
      // The next message of the room continues its delivery too.
      maximumRetryAttempts: 100,
      maximumRecordAgeInSeconds: 3_600,
    });
  }
}
