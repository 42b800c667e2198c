import { SQSClient } from '@aws-sdk/client-sqs';
import type { EventQueue } from '../push/event-queue.ts';
import { createSqsEventQueue } from '../push/sqs.ts';

/** The webhook's queue, where the deployment has a webhook. */
export function wireEvents(): EventQueue | undefined {
  const queueUrl = process.env.WEBHOOK_QUEUE_URL;
  return queueUrl === undefined ? undefined : createSqsEventQueue({ client: new SQSClient({}), queueUrl });
}
