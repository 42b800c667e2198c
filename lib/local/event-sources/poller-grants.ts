import type { Iam, RequiredGrant } from '../iam/iam.ts';
import type { LocalEventSource } from '../template/local-event-source.ts';
import type { LocalFunction } from '../template/local-function.ts';

const streamActions = ['GetRecords', 'GetShardIterator', 'DescribeStream', 'ListStreams'];
const queueActions = ['ReceiveMessage', 'DeleteMessage', 'GetQueueAttributes'];

function requiredGrants(source: LocalEventSource): RequiredGrant[] {
  if (source.kind === 'queue') return queueActions.map((name) => ({ action: `sqs:${name}`, resource: source.arn }));
  const reading = streamActions.map((name) => ({ action: `dynamodb:${name}`, resource: source.arn }));
  const { onFailureArn } = source;
  return onFailureArn === undefined ? reading : [...reading, { action: 'sqs:SendMessage', resource: onFailureArn }];
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
