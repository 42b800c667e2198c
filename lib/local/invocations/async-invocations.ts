import type { Settling } from '../base/settle.ts';
import { reportGrants } from '../event-sources/poller-grants.ts';
import type { Queues } from '../queues/queues.ts';
import { defaultAsyncInvoke, type LocalAsyncInvoke } from '../template/local-async-invoke.ts';
import type { LocalFunction } from '../template/local-function.ts';
import type { StackDescription } from '../template/stack-description.ts';
import { AsyncQueue, type SharedQueueOptions } from './async-queue.ts';

/** Queues an event for the function that has this logical id. Its request id stays the same in every retry. */
export type InvokeAsync = (functionId: string, event: unknown, requestId: string) => void;

/** The asynchronous invocations of a stack. They settle without the retries that wait for their time. */
export interface AsyncInvocations extends Settling {
  readonly invoke: InvokeAsync;
  /** Runs every waiting retry immediately; resolves when these runs have ended. */
  runRetries(): Promise<void>;
  /** Runs nothing more; resolves when the runs under way have ended. */
  stop(): Promise<void>;
}

/** The functions and the queues that get the events that failed. */
export interface AsyncInvocationsOptions extends SharedQueueOptions {
  readonly stack: StackDescription;
  readonly queues: Queues;
}

/** Creates the queues of events, one for each function. Throws when a role does not let Lambda report lost events. */
export function createAsyncInvocations(options: AsyncInvocationsOptions): AsyncInvocations {
  const byId = new Map(options.stack.functions.map((fn) => [fn.logicalId, createQueue(fn, options)]));
  const all = [...byId.values()];
  const everyQueue = async (run: (queue: AsyncQueue) => Promise<void>): Promise<void> => {
    await Promise.all(all.map(run));
  };
  return {
    invoke: (functionId, event, requestId) => byId.get(functionId)?.add(event, requestId),
    get ended() {
      return all.reduce((sum, { ended }) => sum + ended, 0);
    },
    settle: () => everyQueue((queue) => queue.settle()),
    runRetries: () => everyQueue((queue) => queue.runRetries()),
    stop: () => everyQueue((queue) => queue.stop()),
  };
}

function createQueue(fn: LocalFunction, options: AsyncInvocationsOptions): AsyncQueue {
  const { stack, queues } = options;
  const rules = stack.asyncInvokes.find(({ functionId }) => functionId === fn.logicalId);
  if (rules?.onFailureArn === undefined) {
    return new AsyncQueue({ ...options, fn, rules: rules ?? defaultAsyncInvoke(fn.logicalId), onFailure: undefined });
  }
  checkReport(rules, rules.onFailureArn, fn, options);
  return new AsyncQueue({ ...options, fn, rules, onFailure: queues.find(rules.onFailureArn) });
}

function checkReport(
  { functionId }: LocalAsyncInvoke,
  onFailureArn: string,
  { path }: LocalFunction,
  { iam }: AsyncInvocationsOptions,
): void {
  const missing = reportGrants(onFailureArn).find(({ action, resource }) => !iam.allows(functionId, action, resource));
  if (missing === undefined) return;
  const why = `its role does not grant ${missing.action} on ${missing.resource}`;
  throw new Error(`unable to run the asynchronous invocations of ${path}; ${why}`);
}
