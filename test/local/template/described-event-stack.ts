import { describeStack } from '../../../lib/local/template/stack-description.ts';
import { eventTemplate } from '../event-stack.ts';

/** The event stack as the local stack reads it. */
export const stack = describeStack(eventTemplate, 'Events', '/assets');
export const streamArn = 'arn:aws:dynamodb:us-east-1:000000000000:table/Ledger/stream/2020-01-01T00:00:00.000';
export const ordersArn = 'arn:aws:sqs:us-east-1:000000000000:the-orders.fifo';

type Resources = Record<string, { Type: string; Properties: Record<string, unknown> }>;

/** The stack with other properties of one resource. */
export const describeWith = (id: string, properties: object) => {
  const resources: Resources = structuredClone(eventTemplate.Resources) as unknown as Resources;
  Object.assign(resources[id]?.Properties ?? {}, properties);
  return describeStack({ ...eventTemplate, Resources: resources }, 'Events', '/assets');
};
