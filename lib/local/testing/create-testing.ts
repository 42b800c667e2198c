import { settleAll } from '../base/settle.ts';
import type { Emulator } from '../dynamodb/emulator.ts';
import type { EventSources } from '../event-sources/event-sources.ts';
import type { WebSocketApi } from '../gateway/websocket/websocket-api.ts';
import type { Iam } from '../iam/iam.ts';
import type { AsyncInvocations } from '../invocations/async-invocations.ts';
import type { FunctionPools } from '../lambda/function-pools.ts';
import type { Queues } from '../queues/queues.ts';
import type { Schedules } from '../schedules/schedules.ts';
import type { StackDescription } from '../template/stack-description.ts';
import type { Crashes } from './crashes.ts';
import { type QueueView, viewQueue } from './queue-view.ts';
import type { Testing } from './testing.ts';

/** The parts of a running stack that the controls work on. */
export interface TestedParts {
  readonly stack: StackDescription;
  readonly emulator: Emulator;
  readonly iam: Iam;
  readonly pools: FunctionPools;
  readonly crashes: Crashes;
  readonly queues: Queues;
  readonly eventSources: EventSources;
  readonly asyncInvocations: AsyncInvocations;
  readonly schedules: Schedules;
  readonly webSocket: WebSocketApi;
}

/** Creates the controls of a running stack. */
export function createTesting(parts: TestedParts): Testing {
  const { stack, emulator, iam, pools, crashes, queues, schedules, webSocket, asyncInvocations } = parts;
  const drain = (): Promise<void> => settleAll([parts.eventSources, asyncInvocations]);
  return {
    drain,
    runAsyncRetries: async () => {
      await asyncInvocations.runRetries();
      await drain();
    },
    fireSchedules: schedules.fireAll,
    crash: (functionId, when) => crashes.plan(findFunctionId(stack, functionId), when),
    queue: (id) => findQueue(queues, id),
    forceClose: webSocket.forceClose,
    connectionIds: webSocket.connectionIds,
    usedGrants: iam.usedGrants,
    environments: pools.reports,
    pids: () => [emulator.pid, ...pools.reports().map(({ pid }) => pid)].filter((pid) => pid !== undefined),
  };
}

function findFunctionId({ functions }: StackDescription, id: string): string {
  const found = functions.find(({ logicalId, path, functionName }) => [logicalId, path, functionName].includes(id));
  if (found === undefined) throw new Error(`unable to crash ${id}; the template has no such function`);
  return found.logicalId;
}

function findQueue(queues: Queues, id: string): QueueView {
  const queue = queues.find(id);
  if (queue === undefined) throw new Error(`unable to view the queue ${id}; the template has no such queue`);
  return viewQueue(queue);
}
