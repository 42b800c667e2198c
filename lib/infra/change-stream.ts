import { CfnEventSourceMapping, type IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { DeploymentSettings } from '../domain/settings.ts';
import { DeadLetterQueue } from './dead-letter-queue.ts';
import { addStreamAlarm } from './stream-alarm.ts';

/** The records that need a run: a row written with an event, or a membership that ended with the removal of its row. */
function patterns({ webhookUrl, notifyMemberChanges }: DeploymentSettings): Record<string, unknown>[] {
  // A run costs money and most writes concern nobody else; what the filter rejects is free.
  const isJoinReported = webhookUrl !== '' || notifyMemberChanges;
  // That of `presence` too: a row that is written while the setting is switched on must not be missed.
  const events = ['left', 'offline', 'blocked', 'room-created', 'room-destroyed', 'broadcast', 'erasure', 'presence'];
  return [
    { dynamodb: { NewImage: { event: { S: isJoinReported ? ['joined', ...events] : events } } } },
    { eventName: ['REMOVE'], dynamodb: { OldImage: { membershipId: { S: [{ exists: true }] } } } },
  ];
}

/** Runs a Lambda on the changes of the table that members or the webhook have to be notified of. */
export class ChangeStream extends Construct {
  /** The records that the Lambda gave up: not themselves, but their sequence numbers in the stream. */
  readonly lostChanges: DeadLetterQueue;
  readonly #streamArn: string;
  readonly #settings: DeploymentSettings;

  constructor(scope: Construct, id: string, streamArn: string, settings: DeploymentSettings) {
    super(scope, id);
    this.lostChanges = new DeadLetterQueue(this, 'LostChanges');
    this.#streamArn = streamArn;
    this.#settings = settings;
  }

  /** Runs this Lambda on the changes. Its role must be able to read the stream and to send to the lost changes. */
  feed(changes: IFunction): void {
    addStreamAlarm(this, changes, 'Members and the webhook are notified of joins, ends and broadcasts minutes late');
    new CfnEventSourceMapping(this, 'Mapping', {
      functionName: changes.functionName,
      eventSourceArn: this.#streamArn,
      startingPosition: 'TRIM_HORIZON',
      filterCriteria: { filters: patterns(this.#settings).map((pattern) => ({ pattern: JSON.stringify(pattern) })) },
      batchSize: 100,
      // One batch of a shard at a time: with more, the changes of a room would overtake each other.
      parallelizationFactor: 1,
      functionResponseTypes: ['ReportBatchItemFailures'],
      bisectBatchOnFunctionError: true,
      // A record that fails blocks its shard, so at some point it is given up.
      maximumRetryAttempts: 100,
      destinationConfig: { onFailure: { destination: this.lostChanges.queueArn } },
    });
  }
}
