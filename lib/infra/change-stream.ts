import { CfnEventSourceMapping, type IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { DeadLetterQueue } from './dead-letter-queue.ts';
import type { Settings } from './settings.ts';

/** The values of `news`, by which a written row asks for a run, that anyone waits for under these settings. */
function awaitedNews({ webhookUrl, notifyMemberChanges }: Settings): string[] {
  const hasWebhook = webhookUrl !== '';
  return [
    ...['left', 'offline', 'blocked', 'destroyed', 'broadcast'],
    ...(hasWebhook || notifyMemberChanges ? ['joined'] : []),
    ...(hasWebhook ? ['room-created', 'room-destroyed'] : []),
  ];
}

/** The rows of the table that carry news, as they are written. */
export class ChangeStream extends Construct {
  /** Which records the Lambda gave up: their places in the stream, not the records. */
  readonly lostChanges: DeadLetterQueue;
  readonly #streamArn: string;
  readonly #settings: Settings;

  constructor(scope: Construct, id: string, streamArn: string, settings: Settings) {
    super(scope, id);
    this.lostChanges = new DeadLetterQueue(this, 'LostChanges');
    this.#streamArn = streamArn;
    this.#settings = settings;
  }

  /** Runs the Lambda on the rows; its role must be able to read the stream and to send to the lost changes. */
  feed(changes: IFunction): void {
    // Each run costs, and most rows are no news to anyone: what the filter turns away is free.
    const pattern = { dynamodb: { NewImage: { news: { S: awaitedNews(this.#settings) } } } };
    new CfnEventSourceMapping(this, 'Mapping', {
      functionName: changes.functionName,
      eventSourceArn: this.#streamArn,
      startingPosition: 'TRIM_HORIZON',
      filterCriteria: { filters: [{ pattern: JSON.stringify(pattern) }] },
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
