import type { Iam, RequiredGrant } from '../iam/iam.ts';
import type { LocalEventSource } from '../template/local-event-source.ts';
import type { LocalFunction } from '../template/local-function.ts';

const readStream = ['GetRecords', 'GetShardIterator', 'DescribeStream', 'ListStreams'];
const readQueue = ['ReceiveMessage', 'GetQueueAttributes'];

/** What Lambda needs before it can invoke the function: it finds and reads the source. */
export const readGrants = ({ kind, arn }: LocalEventSource): RequiredGrant[] =>
  kind === 'queue'
    ? readQueue.map((name) => ({ action: `sqs:${name}`, resource: arn }))
    : readStream.map((name) => ({ action: `dynamodb:${name}`, resource: arn }));

/** What Lambda needs after the function has handled messages of a queue. */
export const deleteGrants = ({ arn }: LocalEventSource): RequiredGrant[] => [
  { action: 'sqs:DeleteMessage', resource: arn },
];

/** What Lambda needs to report a batch that it gives up. */
export const reportGrants = (onFailureArn: string): RequiredGrant[] => [
  { action: 'sqs:SendMessage', resource: onFailureArn },
];

function requiredGrants(source: LocalEventSource): RequiredGrant[] {
  if (source.kind === 'queue') return [...readGrants(source), ...deleteGrants(source)];
  const { onFailureArn } = source;
  return [...readGrants(source), ...(onFailureArn === undefined ? [] : reportGrants(onFailureArn))];
}

/** Checks that the function's role lets Lambda read the source and report the batches that it gives up. */
export function checkGrants(source: LocalEventSource, functions: readonly LocalFunction[], iam: Iam): void {
  const { logicalId, functionId } = source;
  const missing = requiredGrants(source).find(({ action, resource }) => !iam.allows(functionId, action, resource));
  if (missing === undefined) return;
  const path = functions.find((fn) => fn.logicalId === functionId)?.path ?? functionId;
  const why = `the role of ${path} does not grant ${missing.action} on ${missing.resource}`;
  throw new Error(`unable to run the event source mapping ${logicalId}; ${why}`);
}
