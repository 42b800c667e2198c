import { CfnEventSourceMapping, type IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { DeploymentSettings } from '../domain/settings.ts';
import { DeadLetterQueue } from './dead-letter-queue.ts';

/** The records that are worth a run: a row written with an event, or a membership that was deleted with its row. */
function patterns({ webhookUrl, notifyMemberChanges }: DeploymentSettings): Record<string, unknown>[] {
  // Each run costs, and most writes report no event; a record that the filter rejects is free.
  const isJoinReported = webhookUrl !== '' || notifyMemberChanges;
  const events = ['left', 'offline', 'blocked', 'room-created', 'room-destroyed', 'broadcast', 'erasure'];
  return [
    { dynamodb: { NewImage: { event: { S: isJoinReported ? ['joined', ...events] : events } } } },
    { eventName: ['REMOVE'], dynamodb: { OldImage: { membershipId: { S: [{ exists: true }] } } } },
  ];
}

/** The changes of the table's rows that clients or the webhook are notified of. */
export class ChangeStream extends Construct {
  /** Which records the Lambda gave up: their sequence numbers in the stream, not the records. */
  readonly lostChanges: DeadLetterQueue;
  readonly #streamArn: string;
  readonly #settings: DeploymentSettings;

  constructor(scope: Construct, id: string, streamArn: string, settings: DeploymentSettings) {
    super(scope, id);
    this.lostChanges = new DeadLetterQueue(this, 'LostChanges');
    this.#streamArn = streamArn;
    this.#settings = settings;
  }

  /** Runs the Lambda on the changes; its role must be able to read the stream and to send to the lost changes. */
  feed(changes: IFunction): void {
    new CfnEventSourceMapping(this, 'Mapping', {
      functionName: changes.functionName,
      eventSourceArn: this.#streamArn,
      startingPosition: 'TRIM_HORIZON',
      filterCriteria: { filters: patterns(this.#settings).map((pattern) => ({ pattern: JSON.stringify(pattern) })) },
      batchSize: 100,
      // One batch of a shard at a time: with more, a room's rows would overtake each other.
      parallelizationFactor: 1,
      functionResponseTypes: ['ReportBatchItemFailures'],
      bisectBatchOnFunctionError: true,
      // A record that fails holds up its shard, so at some point it is given up.
      maximumRetryAttempts: 100,
      destinationConfig: { onFailure: { destination: this.lostChanges.queueArn } },
    });
  }
}
