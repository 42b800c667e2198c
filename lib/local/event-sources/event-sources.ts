import { type Settling, settleAll } from '../base/settle.ts';
import type { Queues } from '../queues/queues.ts';
import type { TableStreams } from '../streams/table-streams.ts';
import type { LocalEventSource } from '../template/local-event-source.ts';
import type { StackDescription } from '../template/stack-description.ts';
import type { Mapping, MappingOptions } from './mapping.ts';
import { checkGrants } from './poller-grants.ts';
import { QueueMapping } from './queue-mapping.ts';
import { StreamMapping } from './stream-mapping.ts';

/** The event source mappings of a stack: they settle when no record and no visible message is left. */
export interface EventSources extends Settling {
  /** Reads nothing more; resolves when the running batches have ended. */
  stop(): Promise<void>;
}

/** The sources, functions and roles of the mappings. */
export interface EventSourcesOptions extends MappingOptions {
  readonly stack: StackDescription;
  readonly streams: TableStreams;
  readonly queues: Queues;
}

/** Starts the mappings. Throws when the role of a function does not let it read its source. */
export async function startEventSources(options: EventSourcesOptions): Promise<EventSources> {
  const { stack, iam } = options;
  const mappings: Mapping[] = [];
  for (const source of stack.eventSources) {
    checkGrants(source, stack.functions, iam);
    mappings.push(await createMapping(source, options));
  }
  return {
    get ended() {
      return mappings.reduce((sum, mapping) => sum + mapping.ended, 0);
    },
    settle: () => settleAll(mappings),
    stop: async () => {
      await Promise.all(mappings.map((mapping) => mapping.stop()));
    },
  };
}

const missing = (id: string): never => {
  throw new Error(`unable to run an event source mapping; the template has no ${id}`);
};

async function createMapping(source: LocalEventSource, options: EventSourcesOptions): Promise<Mapping> {
  const { stack, queues, streams } = options;
  if (source.kind === 'queue') {
    return new QueueMapping({ ...options, source, queue: queues.find(source.queueId) ?? missing(source.queueId) });
  }
  const fn = stack.functions.find(({ logicalId }) => logicalId === source.functionId) ?? missing(source.functionId);
  const onFailure = source.onFailureArn === undefined ? undefined : queues.find(source.onFailureArn);
  return new StreamMapping({ ...options, source, fn, reader: await streams.open(source.tableId), onFailure });
}
