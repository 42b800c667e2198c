import type { Iam } from '../iam/iam.ts';
import type { Queues } from '../queues/queues.ts';
import type { TableStreams } from '../streams/table-streams.ts';
import type { LocalEventSource } from '../template/local-event-source.ts';
import type { StackDescription } from '../template/stack-description.ts';
import type { Mapping, MappingOptions } from './mapping.ts';
import { checkGrants } from './poller-grants.ts';
import { QueueMapping } from './queue-mapping.ts';
import { StreamMapping } from './stream-mapping.ts';

/** The event source mappings of a stack. */
export interface EventSources {
  /** Resolves when every record and every visible message has been handled, or waits for its retry. */
  drain(): Promise<void>;
  /** Takes nothing more; resolves when what runs has ended. */
  stop(): Promise<void>;
}

/** What the mappings work with. */
export interface EventSourcesOptions extends MappingOptions {
  readonly stack: StackDescription;
  readonly iam: Iam;
  readonly streams: TableStreams;
  readonly queues: Queues;
}

/** Sets the mappings going. Throws when a function may not read its source. */
export async function startEventSources(options: EventSourcesOptions): Promise<EventSources> {
  const { stack, iam } = options;
  const mappings: Mapping[] = [];
  for (const source of stack.eventSources) {
    checkGrants(source, stack.functions, iam);
    mappings.push(await makeMapping(source, options));
  }
  const ended = (): number => mappings.reduce((sum, mapping) => sum + mapping.ended, 0);
  return {
    drain: async () => {
      for (let before = -1; before !== ended(); ) {
        before = ended();
        // One's work may be another's input, so all are looked at again as long as anything happens.
        await Promise.all(mappings.map((mapping) => mapping.settle()));
      }
    },
    stop: async () => {
      await Promise.all(mappings.map((mapping) => mapping.stop()));
    },
  };
}

const missing = (id: string): never => {
  throw new Error(`unable to run an event source mapping; ${id} is not in the template`);
};

async function makeMapping(source: LocalEventSource, options: EventSourcesOptions): Promise<Mapping> {
  const { stack, queues, streams } = options;
  if (source.kind === 'queue') {
    return new QueueMapping({ ...options, source, queue: queues.find(source.queueId) ?? missing(source.queueId) });
  }
  const fn = stack.functions.find(({ logicalId }) => logicalId === source.functionId) ?? missing(source.functionId);
  const onFailure = source.onFailureArn === undefined ? undefined : queues.find(source.onFailureArn);
  return new StreamMapping({ ...options, source, fn, reader: await streams.open(source.tableId), onFailure });
}
