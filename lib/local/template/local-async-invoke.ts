import type { ResolvedResource } from './cloudformation.ts';
import type { LocalFunction } from './local-function.ts';
import type { LocalQueue } from './local-queue.ts';

/** How Lambda handles the asynchronous invocations of one function. */
export interface LocalAsyncInvoke {
  readonly functionId: string;
  /** After errors of the function; throttled runs do not count. */
  readonly maxRetries: number;
  readonly maxEventAgeMs: number;
  /** The queue that gets a report of each event that Lambda gives up. */
  readonly onFailureArn: string | undefined;
}

/** What AWS does with a function without an AWS::Lambda::EventInvokeConfig. */
export const defaultAsyncInvoke = (functionId: string): LocalAsyncInvoke => ({
  functionId,
  maxRetries: 2,
  maxEventAgeMs: 6 * 3600 * 1000,
  onFailureArn: undefined,
});

/** Describes an AWS::Lambda::EventInvokeConfig. */
export function describeAsyncInvoke(
  [logicalId, properties]: ResolvedResource,
  functions: readonly LocalFunction[],
  queues: readonly LocalQueue[],
): LocalAsyncInvoke {
  const refuse = (why: string): never => {
    throw new Error(`unable to run the asynchronous invocations of ${logicalId}; ${why}`);
  };
  const { FunctionName, Qualifier, MaximumRetryAttempts, MaximumEventAgeInSeconds, DestinationConfig } = properties;
  const fn =
    functions.find(({ arn, functionName }) => [arn, functionName].includes(String(FunctionName))) ??
    refuse(`the template has no function ${FunctionName}`);
  if (Qualifier !== '$LATEST') refuse(`the function has no version ${Qualifier}`);
  const { OnFailure, OnSuccess } = (DestinationConfig ?? {}) as Record<string, { Destination?: string } | undefined>;
  if (OnSuccess !== undefined) refuse('the local stack does not support OnSuccess');
  const onFailureArn = OnFailure?.Destination;
  if (onFailureArn !== undefined && queues.find(({ arn }) => arn === onFailureArn)?.fifo !== false) {
    refuse(`the template has no standard queue ${onFailureArn}`);
  }
  const defaults = defaultAsyncInvoke(fn.logicalId);
  return {
    functionId: fn.logicalId,
    maxRetries: Number(MaximumRetryAttempts ?? defaults.maxRetries),
    maxEventAgeMs:
      MaximumEventAgeInSeconds === undefined ? defaults.maxEventAgeMs : Number(MaximumEventAgeInSeconds) * 1000,
    onFailureArn,
  };
}
