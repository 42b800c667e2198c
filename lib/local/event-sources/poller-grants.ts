import type { Iam, Need } from '../iam/iam.ts';
import type { LocalEventSource } from '../template/local-event-source.ts';
import type { LocalFunction } from '../template/stack-description.ts';

const streamActions = ['GetRecords', 'GetShardIterator', 'DescribeStream', 'ListStreams'];
const queueActions = ['ReceiveMessage', 'DeleteMessage', 'GetQueueAttributes'];

function needsOf(source: LocalEventSource): Need[] {
  if (source.kind === 'queue') return queueActions.map((name) => ({ action: `sqs:${name}`, resource: source.arn }));
  const reading = streamActions.map((name) => ({ action: `dynamodb:${name}`, resource: source.arn }));
  const { onFailureArn } = source;
  return onFailureArn === undefined ? reading : [...reading, { action: 'sqs:SendMessage', resource: onFailureArn }];
}

/** Checks what Lambda does in the name of the function's role: it reads the source and reports what it gives up. */
export function checkGrants(source: LocalEventSource, functions: readonly LocalFunction[], iam: Iam): void {
  const { logicalId, functionId } = source;
  const denied = needsOf(source).find(({ action, resource }) => !iam.allows(functionId, action, resource));
  if (denied === undefined) return;
  const path = functions.find((fn) => fn.logicalId === functionId)?.path ?? functionId;
  const why = `the role of ${path} does not grant ${denied.action} on ${denied.resource}`;
  throw new Error(`unable to run the event source mapping ${logicalId}; ${why}`);
}
