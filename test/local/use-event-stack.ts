import { afterAll, beforeAll, beforeEach, expect } from 'vitest';
import type { QueueMessage } from '../../lib/local/queues/message.ts';
import { type LocalStack, runTemplate } from '../../lib/local/run-template.ts';
import type { TestingOptions } from '../../lib/local/testing/testing.ts';
import {
  type Decider,
  type Decision,
  type Invocation,
  type SeenRecord,
  startDecider,
  success,
  writeEventStack,
} from './event-stack.ts';
import type { SmallStack } from './small-stack.ts';

export type Engine = 'dynoxide' | 'dynalite';

const ids = { count: 0 };

/** Runs the stack of a cloud assembly on a stopped clock. */
export const runEventStack = (
  cloudAssembly: string,
  engine: Engine,
  testing: TestingOptions = {},
): Promise<LocalStack> =>
  runTemplate({
    cloudAssembly,
    engine,
    port: 0,
    now: () => 1_700_000_000_000,
    testing: { schedules: 'manual', ...testing },
    randomId: () => `id-${ids.count++}`,
    log: () => {},
    step: () => {},
  });

/** The decision that a batch fails. */
export const failure: Decision = { error: 'not this one' };

export const keyOf = ({ dynamodb }: SeenRecord): string => `${dynamodb.Keys.pk.S}/${dynamodb.Keys.sk.S}`;
export const bodyOf = ({ body }: SeenRecord): string => body;

/** An item of the Ledger; its key is written pk/sk. */
export const itemOf = (key: string, more: object = {}) => {
  const [pk = '', sk = ''] = key.split('/');
  return { pk: { S: pk }, sk: { S: sk }, ...more };
};

/** The running stack with its decider, and the steps of the tests. */
export interface EventStack {
  stack(): LocalStack;
  /** All invocations of a function that it asked about. */
  invocationsOf(functionName: string): Invocation[];
  /** The batches that a function was invoked with. */
  batchesOf(functionName: string): SeenRecord[][];
  /** Decides for one function from now on; `invocations` counts its batches, this one included. */
  decide(functionName: string, decision: (records: readonly SeenRecord[], invocations: number) => Decision): void;
  /** Lets every batch succeed from now on. */
  succeed(): void;
  /** Writes through the Writer. */
  write(operation: string, input: object): Promise<void>;
  put(key: string, more?: object): Promise<void>;
  putAll(...keys: string[]): Promise<void>;
  /** Sends an order and returns its id. */
  order(body: string, groupId: string): string;
  queued(id: string): QueueMessage[];
}

/** Another template than that of the event stack, and what a test changes of AWS. */
export interface EventStackOptions {
  readonly template?: object;
  readonly testing?: TestingOptions;
}

interface Running {
  stack?: LocalStack;
  decider?: Decider;
  assembly?: SmallStack;
}

/** Starts the stack before the tests of a describe and closes it after them. */
function runForAll(engine: Engine, { template, testing }: EventStackOptions): Running {
  const running: Running = {};
  beforeAll(async () => {
    running.decider = await startDecider();
    running.assembly = writeEventStack(running.decider.url, template);
    running.stack = await runEventStack(running.assembly.folder, engine, testing);
  });
  afterAll(async () => {
    await running.stack?.close();
    await running.decider?.close();
    running.assembly?.remove();
  });
  return running;
}

/** One stack per describe; drained before each test. */
export function useEventStack(engine: Engine, options: EventStackOptions = {}): EventStack {
  const running = runForAll(engine, options);
  beforeEach(async () => {
    await stack().testing.drain();
    decider().decide = () => success;
    decider().invocations.length = 0;
  });
  const stack = (): LocalStack => {
    if (running.stack === undefined) throw new Error('unable to test; no stack runs');
    return running.stack;
  };
  const decider = (): Decider => {
    if (running.decider === undefined) throw new Error('unable to test; no decider runs');
    return running.decider;
  };
  const invocationsOf = (functionName: string): Invocation[] =>
    decider().invocations.filter((invocation) => invocation.functionName === functionName);
  const batchesOf = (functionName: string): SeenRecord[][] =>
    invocationsOf(functionName).map(({ records }) => [...records]);
  const write = async (operation: string, input: object): Promise<void> => {
    const result = await stack().invoke('Writer', { do: 'dynamodb', operation, input });
    expect(result).toMatchObject({ ok: true, payload: { status: 200 } });
  };
  return {
    stack,
    invocationsOf,
    batchesOf,
    write,
    decide: (functionName, decision) => {
      decider().decide = (invocation: Invocation) =>
        invocation.functionName === functionName
          ? decision(invocation.records, batchesOf(functionName).length)
          : success;
    },
    succeed: () => {
      decider().decide = () => success;
    },
    put: (key, more) => write('PutItem', { TableName: 'Ledger', Item: itemOf(key, more) }),
    putAll: (...keys) => {
      const requests = keys.map((key) => ({ PutRequest: { Item: itemOf(key) } }));
      return write('BatchWriteItem', { RequestItems: { Ledger: requests } });
    },
    order: (body, groupId) => stack().testing.queue('Orders').send({ body, groupId }),
    queued: (id) => stack().testing.queue(id).messages(),
  };
}
